import { isIP } from 'node:net'
import { RequestError } from './access/request-error.ts'
import { isForOthers } from './system/addresses.ts'
import { hostOf } from './tls/host.ts'

/** Longer texts are no address. */
export const MOST_SAID_LENGTH = 300
/** A host and perhaps a port, or a whole URL. */
const ADDRESS =
  /^(?:(?<scheme>https?):\/\/)?(?<host>\[[^\]\s]+\]|[^[\]/:?#@\s]+)(?::(?<port>\d{1,5}))?(?<path>\/[^\s?#]*)?(?:[?#]\S*)?$/i
/** Where pages of the box are: whoever has one open pastes its address. */
const OWN_PATHS = /^\/(?:(?:admin|apps|trust|invite|enter)(?:\/.*)?)?$/
const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * The host in what a person says of where others open the box: a name or an address, with a port or as a URL.
 * @param ports at which people find the box and its dashboard
 * @throws {RequestError} with a sentence for that person
 */
export function hostSaid(text: string, ports: readonly number[]): string {
  const trimmed = text.trim()
  const bare = isIP(trimmed) === 6 ? `[${trimmed}]` : trimmed
  const found = bare.length > MOST_SAID_LENGTH ? undefined : ADDRESS.exec(bare)?.groups
  const host = found?.host === undefined ? undefined : hostOf(found.host)
  if (found === undefined || host === undefined) {
    throw refused(
      `“${shortened(trimmed)}” is no host name or IP address: say one as people type it, like 192.168.1.20 or box.school.example`,
    )
  }
  if (!isForOthers(host)) {
    throw refused(`${host} leads each device to itself: say the address of this machine`)
  }
  const { scheme = '', port = USUAL_PORTS[scheme.toLowerCase()], path = '/' } = found
  if (port !== undefined && !ports.includes(Number(port))) {
    const known = [...new Set(ports)].join(', ')
    throw refused(
      `the box is at the ports ${known}, not at ${port}: leave the port out, or say the whole address in BOX_URLS`,
    )
  }
  if (!OWN_PATHS.test(path)) {
    throw refused(
      `the box cannot tell whether it is below ${shortened(path)}: if it is, say the whole address in BOX_URLS; if not, leave that out`,
    )
  }
  return host
}

/** What is wrong with an address that a person said, for that person. */
export function refused(sentence: string): RequestError {
  return new RequestError(400, `The address for others: ${sentence}.`)
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
