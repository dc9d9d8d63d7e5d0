const SELF = "'self'"

interface Directive {
  readonly name: string
  readonly sources: readonly string[]
}

/**
 * A Content-Security-Policy that lets the page reach the box it comes from, as well as what it names: a policy that
 * was made for the cloud names the cloud's hosts only. As it is if it does so already.
 */
export function policyWithBox(policy: string): string {
  const directives = policy.split(';').map(directiveIn)
  const added = [
    ...addition(directives, ['connect-src', 'default-src'], /^wss?:$/),
    ...addition(directives, ['script-src-elem', 'script-src', 'default-src'], /^https?:$/),
  ]
  if (added.length === 0) return policy
  const kept = directives.filter(({ name }) => !added.some((directive) => directive.name === name))
  return [...kept, ...added]
    .filter(({ name }) => name !== '')
    .map(({ name, sources }) => [name, ...sources].join(' '))
    .join('; ')
}

/**
 * The directive that allows the box, of the first of these names that is there.
 * @param names the last is what the first falls back to
 * @param schemes that are enough, whatever the host
 */
function addition(
  directives: readonly Directive[],
  names: readonly string[],
  schemes: RegExp,
): Directive[] {
  const [usual = ''] = names
  const found = names.flatMap((name) => directives.find((one) => one.name === name) ?? [])[0]
  if (!found || found.sources.some((source) => allowsBox(source, schemes))) return []
  const name = found.name === 'default-src' ? usual : found.name
  return [{ name, sources: [...found.sources.filter((source) => !isNone(source)), SELF] }]
}

function allowsBox(source: string, schemes: RegExp): boolean {
  // Behind `strict-dynamic`, browsers heed no hosts.
  return /^(?:\*|'self'|'strict-dynamic')$/i.test(source) || schemes.test(source)
}

function isNone(source: string): boolean {
  return source.toLowerCase() === "'none'"
}

function directiveIn(text: string): Directive {
  const [name = '', ...sources] = text.trim().split(/\s+/)
  return { name: name.toLowerCase(), sources }
}
