import type { FastifyReply, FastifyRequest } from 'fastify'
import { decoded, fileAt } from './app-files.ts'
import type { AppFolders } from './app-folders.ts'

/** A page or file of an app, with the token of a link before it. */
const WITHIN_APP = /^((?:\/t\/[\w.~-]+)?\/apps\/([^/]+))\//

/**
 * Leads what an app asks for at the root of the box, where there is nothing, to where the app has it: it was built for
 * the root of a site. The browser tells which file asks.
 * @returns whether it did
 */
export async function leadIntoApp(
  request: FastifyRequest,
  reply: FastifyReply,
  folders: AppFolders,
): Promise<boolean> {
  const { method, url, host, headers } = request
  const asking = URL.parse(headers.referer ?? '')
  const [, start, name = ''] = WITHIN_APP.exec(asking?.pathname ?? '') ?? []
  if (!['GET', 'HEAD'].includes(method) || start === undefined || asking?.host !== host)
    return false
  const folder = folders.find(decoded(name))
  const [path = ''] = url.split('?', 1)
  if (!folder || (await fileAt(folder.root, path)) === undefined) return false
  reply.headers({ 'cache-control': 'no-store', vary: 'referer' }).redirect(`${start}${url}`, 307)
  return true
}
