import { parseRequestTarget } from '../files/file-path.ts'
import { splitTokenPath } from '../protocol/token-path.ts'

const HEALTH = '/healthz'

/**
 * Where a request is routed. An app may reach the box under a prefix (`box: '/team/x/'`), and so may
 * whoever asks for its health; any other target is taken as it is, but for a token in it (ACCESS4).
 */
export function rewriteTarget(target: string): string {
  const [whole = ''] = target.split('?', 1)
  const query = target.slice(whole.length)
  const { path } = splitTokenPath(whole)
  const file = parseRequestTarget(path)
  if (file) return `/files/${file.path}${query}`
  return path.endsWith(HEALTH) ? `${HEALTH}${query}` : path + query
}
