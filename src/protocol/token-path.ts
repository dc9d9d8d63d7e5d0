/** A token in a path (ACCESS4): `/t/<token>/…` at its beginning, and where it looks like a token behind any prefix. */
const AT_START = /^\/t\/([^/]*)(?=\/|$)/
const BEHIND_PREFIX = /\/t\/(eyJ[\w-]+\.[\w-]+\.[\w-]+)(?=\/|$)/
const ANY_TOKEN = /eyJ[\w-]+(?:\.|%2e)[\w-]+(?:\.|%2e)[\w-]+/gi
/** The code of the link by which the admin password is set (ADMIN2). */
const SETUP_CODE = /(\/admin\/setup\/)[^/]+/gi

export interface TokenPath {
  /** "" if it can be no token, undefined if there is none */
  readonly token: string | undefined
  /** what stands before it, without a slash at the end */
  readonly prefix: string
  /** the path without the token, which is what is asked for; begins with a slash if the whole did */
  readonly path: string
}

/** @param path of a request as it came, not decoded, without its query */
export function splitTokenPath(path: string): TokenPath {
  if (!path.includes('/t/')) return { token: undefined, prefix: '', path }
  const found = AT_START.exec(path) ?? BEHIND_PREFIX.exec(path)
  if (!found) return { token: undefined, prefix: '', path }
  const [whole, token = ''] = found
  const prefix = path.slice(0, found.index)
  const rest = path.slice(found.index + whole.length)
  // Whoever brings two does not know which of them counts.
  const isOnly = splitTokenPath(rest).token === undefined
  return { token: isOnly ? token : '', prefix, path: prefix + rest || '/' }
}

/** The text with no token and no code in it: for logs, and for addresses that are kept. */
export function withoutTokens(text: string): string {
  const rest = text.includes('/setup/') ? text.replace(SETUP_CODE, '$1…') : text
  return rest.includes('eyJ') ? rest.replace(ANY_TOKEN, '…') : rest
}
