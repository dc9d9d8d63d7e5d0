const SELF = "'self'"

interface Directive {
  readonly name: string
  readonly sources: readonly string[]
}

/** Sources of scripts by which clients come that the box replaces by its own. */
const CLIENT_SOURCE =
  /^(?:https?:|(?:https?:\/\/)?(?:[\w*]+\.)*(?:jsdelivr\.net|unpkg\.com|esm\.run|esm\.sh|croquet\.io)(?:[:/].*)?)$/i

/**
 * A Content-Security-Policy that lets the page reach the box it comes from, as well as what it names: a policy that
 * was made for the cloud names the cloud's hosts only. As it is if nothing is missing.
 */
export function policyWithBox(policy: string): string {
  const directives = policy.split(';').map(directiveIn)
  const added = [
    ...addition(directives, ['connect-src', 'default-src'], () => true),
    ...addition(directives, ['script-src-elem', 'script-src', 'default-src'], (sources) =>
      sources.some((source) => CLIENT_SOURCE.test(source)),
    ),
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
 */
function addition(
  directives: readonly Directive[],
  names: readonly string[],
  isNeeded: (sources: readonly string[]) => boolean,
): Directive[] {
  const [usual = ''] = names
  const found = names.flatMap((name) => directives.find((one) => one.name === name) ?? [])[0]
  if (!found || found.sources.some(allowsBox) || !isNeeded(found.sources)) return []
  const name = found.name === 'default-src' ? usual : found.name
  return [{ name, sources: [...found.sources.filter((source) => !isNone(source)), SELF] }]
}

/** Schemes alone do not: the box may be asked by http. Behind `strict-dynamic`, browsers heed no hosts. */
function allowsBox(source: string): boolean {
  return /^(?:\*|'self'|'strict-dynamic')$/i.test(source)
}

function isNone(source: string): boolean {
  return source.toLowerCase() === "'none'"
}

function directiveIn(text: string): Directive {
  const [name = '', ...sources] = text.trim().split(/\s+/)
  return { name: name.toLowerCase(), sources }
}
