import { readFileSync } from 'node:fs'

/** Where settings are that the environment does not have, as Docker Compose reads them, too. */
export const USUAL_ENV_FILE = '.env'

/** What a file of environment variables has. */
export interface EnvFile {
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** where each of them is: a line of the file, from 1 */
  readonly lines: ReadonlyMap<string, number>
  /** what is wrong with the file, in words for the person who wrote it */
  readonly problems: readonly string[]
}

const DEFINITION = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/
const IN_QUOTES = /^(?:'([^']*)'|"([^"]*)")\s*(?:#.*)?$/
const COMMENT = /(^|\s)#.*$/
/** What a text has that was saved as UTF-16, as Windows PowerShell does with `>>`. */
const NUL = '\0'

/**
 * Reads what Docker Compose understands the same way: one variable a line, comments, quotes. What only one of the
 * two would expand is refused, so that a file means the same with Docker and without.
 * @param named by the person; undefined: the usual file, which need not be there
 */
export function readEnvFile(named: string | undefined): EnvFile {
  const path = named || USUAL_ENV_FILE
  try {
    return parseEnvFile(readFileSync(path, 'utf8'), path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isNone = code === 'ENOENT' && !named
    const problems = isNone ? [] : [`${path}, the file of settings, cannot be read (${message})`]
    return { path, values: {}, lines: new Map(), problems }
  }
}

export function parseEnvFile(text: string, path: string): EnvFile {
  const values: Record<string, string> = {}
  const lines = new Map<string, number>()
  if (text.includes(NUL)) {
    const problem = `${path} is not saved as UTF-8: Windows PowerShell does that with ">>". Save it as UTF-8 with an editor`
    return { path, values, lines, problems: [problem] }
  }
  const problems: string[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    try {
      const [name, value] = parseLine(trimmed)
      values[name] = value
      lines.set(name, index + 1)
    } catch (error) {
      problems.push(`${path}, line ${index + 1}: ${(error as Error).message}`)
    }
  }
  return { path, values, lines, problems }
}

/** The value is in no message: it may be a secret. */
function parseLine(line: string): readonly [name: string, value: string] {
  const [, name, given = ''] = DEFINITION.exec(line) ?? []
  if (name === undefined) {
    throw new Error(
      'this is no setting, which is like BOX_HOSTNAMES=192.168.1.20, and no # comment',
    )
  }
  return [name, parseValue(name, given)]
}

function parseValue(name: string, given: string): string {
  if (!/^['"]/.test(given)) {
    const plain = given.replace(COMMENT, '').trim()
    if (!plain.includes('$')) return plain
    throw new Error(`put the value of ${name} in single quotes, since it has a $`)
  }
  const [, single, double] = IN_QUOTES.exec(given) ?? []
  if (single !== undefined) return single
  if (double === undefined) throw new Error(`the quotes around the value of ${name} do not end`)
  if (!/[$\\]/.test(double)) return double
  throw new Error(`put the value of ${name} in single quotes, since it has a $ or a \\`)
}
