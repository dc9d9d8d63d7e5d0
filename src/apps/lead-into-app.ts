import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { decoded, locate } from './app-files.ts'
import type { AppFolders } from './app-folders.ts'

/** A page or file of an app, with the token of a link before it. */
const WITHIN_APP = /^((?:\/t\/[\w.~-]+)?\/apps\/([^/]+))\//

const JAVASCRIPT = 'text/javascript; charset=utf-8'

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
  const { headers, method, url } = request
  const [start, name] = own === undefined ? appThatAsks(request) : [startOf(own), own]
  if (!['GET', 'HEAD'].includes(method) || name === '') return false
  const folder = folders.find(name)
  const [path = ''] = url.split('?', 1)
  const located = folder && (await locate(folder.root, decoded(path).replace(/^\/+/, '')))
  if (!located) return false
  reply.headers({ 'cache-control': 'no-store', vary: 'referer, service-worker' })
  if (headers['service-worker'] === 'script') {
    // It would control all apps of the box, and browsers take none that is redirected.
    if (own === undefined || located.kind !== 'file') return false
    const script = await readFile(join(folder.root, located.path))
    reply.code(200).header('cache-control', 'no-cache').type(JAVASCRIPT).send(script)
    return true
  }
  reply.redirect(`${start}${url}`, 307)
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
