import type { FastifyReply, FastifyRequest } from 'fastify'
import { decoded, fileAt } from './app-files.ts'
import type { AppFolders } from './app-folders.ts'

/** A page or file of an app, with the token of a link before it. */
const WITHIN_APP = /^((?:\/t\/[\w.~-]+)?\/apps\/([^/]+))\//

export interface LeadIntoAppOptions {
  readonly folders: AppFolders
  /** the app whose own origin was asked; undefined: it is the one that apps share */
  readonly own: string | undefined
}

/**
 * Leads what an app asks for at the root of the box, where there is nothing, to where the app has it: it was built for
 * the root of a site. At an app's own origin it can only be that app; elsewhere the browser tells which file asks.
 * @returns whether it did
 */
export async function leadIntoApp(
  request: FastifyRequest,
  reply: FastifyReply,
  { folders, own }: LeadIntoAppOptions,
): Promise<boolean> {
  const { method, url } = request
  const [start, name] = own === undefined ? appThatAsks(request) : [startOf(own), own]
  if (!['GET', 'HEAD'].includes(method) || name === '' || url.startsWith('/apps/')) return false
  const folder = folders.find(name)
  const [path = ''] = url.split('?', 1)
  if (!folder || (await fileAt(folder.root, path)) === undefined) return false
  reply.headers({ 'cache-control': 'no-store', vary: 'referer' }).redirect(`${start}${url}`, 307)
  return true
}

/** @returns where it begins, and its name; "" if none asks */
function appThatAsks({ host, headers }: FastifyRequest): readonly [start: string, name: string] {
  const asking = URL.parse(headers.referer ?? '')
  const [, start = '', name = ''] = WITHIN_APP.exec(asking?.pathname ?? '') ?? []
  return asking?.host === host ? [start, decoded(name)] : ['', '']
}

function startOf(name: string): string {
  return `/apps/${encodeURIComponent(name)}`
}
