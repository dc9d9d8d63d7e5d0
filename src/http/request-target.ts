import { parseRequestTarget } from '../files/file-path.ts'

const HEALTH = '/healthz'

/**
 * Where a request is routed. An app may reach the box under a prefix (`box: '/team/x/'`), and so may
 * whoever asks for its health; any other target is taken as it is.
 */
export function rewriteTarget(target: string): string {
  const [path = ''] = target.split('?', 1)
  const query = target.slice(path.length)
  const file = parseRequestTarget(path)
  if (file) return `/files/${file.path}${query}`
  return path.endsWith(HEALTH) ? `${HEALTH}${query}` : target
}
