import type { FastifyRequest } from 'fastify'
import type { Refusal } from '../access/refusal.ts'

const FOREIGN: Refusal = {
  statusCode: 403,
  message: 'this is for the pages of the dashboard itself, and for programs without a browser',
  page: 'refused',
}
/** What a browser says of a page of this very origin, and of an address that its person typed. */
const OWN_SITES: readonly string[] = ['same-origin', 'none']

/**
 * Why a request to the dashboard's origin is not answered: a page of another origin makes it, an app of this box say,
 * which is another port of the same host. Anybody may lead a person there by a link.
 * @param publicUrl by which it came
 */
export function refusalOfForeignPage(
  { method, headers }: FastifyRequest,
  publicUrl: string,
): Refusal | undefined {
  const { origin, 'sec-fetch-site': site } = headers
  if (origin !== undefined && origin !== new URL(publicUrl).origin) return FOREIGN
  if (site === undefined || OWN_SITES.includes(String(site))) return undefined
  const isLink =
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  return isLink ? undefined : FOREIGN
}
