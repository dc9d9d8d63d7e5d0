import type { IncomingMessage } from 'node:http'

const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
const PREFIX = /^(?:\/(?:[A-Za-z0-9._~!$&()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*$/

/**
 * Scheme, host and path prefix by which a client reaches the box, so that it can be given URLs that
 * work for it (URL1): `http://192.168.1.5:8888`, `https://box.school/team/x`. No trailing slash, and always one that can be parsed.
 * @param isProxied whether the request came through a proxy whose `X-Forwarded-…` headers are believed
 */
export function publicUrl(request: IncomingMessage, isProxied: boolean): string {
  const forwarded = (name: string) => (isProxied ? firstOf(request.headers[name]) : undefined)
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  const scheme = forwarded('x-forwarded-proto') ?? (isEncrypted ? 'https' : 'http')
  const host = [forwarded('x-forwarded-host'), request.headers.host].find(isHost)
  const isSecure = scheme === 'https' || scheme === 'wss'
  const path = (forwarded('x-forwarded-prefix') ?? '').replace(/\/$/, '') + pathPrefix(request.url)
  const prefix = PREFIX.test(path) ? path : ''
  return `${isSecure ? 'https' : 'http'}://${host ?? ownHost(request)}${prefix}`
}

/** `999.1.1.1` and `box:99999` look like a host, and are none: no URL can be made of them. */
function isHost(name: string | undefined): boolean {
  return name !== undefined && HOST.test(name) && URL.canParse(`http://${name}`)
}

/** By which address it came; whoever has gone by now came by none. */
function ownHost({ socket }: IncomingMessage): string {
  const { localAddress = 'localhost', localPort } = socket
  const [zoned = ''] = localAddress.split('%', 1)
  // A port for both kinds of addresses tells those of IPv4 in an IPv6 form.
  const address = zoned.replace(/^::ffff:(?=\d+\.)/i, '')
  const host = address.includes(':') ? `[${address}]` : address
  return localPort === undefined ? host : `${host}:${localPort}`
}

/** What stands before `/reflector/<sessionId>`; nothing if the path has another shape. */
function pathPrefix(url = ''): string {
  return /^(\/[^?#]*)?\/reflector\/[^/?#]*(?:[?#]|$)/.exec(url)?.[1] ?? ''
}

/** The nearest proxy's word is last; the one that the client met is first. */
function firstOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header
  return text?.split(',')[0]?.trim() || undefined
}
