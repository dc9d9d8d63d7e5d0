import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { explained, trusting } from './box-client.ts'
import { DeployFailure } from './deploy-failure.ts'

const LED: readonly number[] = [301, 302, 303, 307, 308]

/**
 * Where the API of a box is, by an address of the box: that has its dashboard, and the API with it, at another port, and
 * says so.
 * @throws {DeployFailure} if there is no answer, or it leads elsewhere
 */
export async function findApi(box: URL, authority: string | undefined): Promise<URL> {
  try {
    const location = await locationAt(new URL('admin/', box), authority)
    return location === undefined ? box : apiPlace(location, box)
  } catch (cause) {
    throw explained(cause, box)
  }
}

/**
 * Nothing is sent to another host, nor by http in place of https: whoever answers at the first address is not to say who gets
 * the password.
 * @param location where its `/admin/` leads to
 */
export function apiPlace(location: string, box: URL): URL {
  const led = URL.parse(location, new URL('admin/', box).href)
  if (!led?.pathname.endsWith('/admin/')) {
    throw new DeployFailure(
      `${box.href} leads to ${location}: name the address of its dashboard by --box`,
    )
  }
  const api = new URL('../', led)
  const isDowngrade = box.protocol === 'https:' && api.protocol !== 'https:'
  if (api.hostname === box.hostname && !isDowngrade) return api
  throw new DeployFailure(
    `${box.href} says that its dashboard is at ${api.href}: if that is right, name that by --box`,
  )
}

/** Where the box leads to; undefined: the page is there. */
function locationAt(page: URL, authority: string | undefined): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const conclude = (response: IncomingMessage) => {
      response.resume()
      const { statusCode = 0, headers } = response
      resolve(LED.includes(statusCode) ? headers.location : undefined)
    }
    const request =
      page.protocol === 'https:'
        ? requestHttps(page, trusting(authority), conclude)
        : requestHttp(page, conclude)
    request.on('error', reject)
    request.end()
  })
}
