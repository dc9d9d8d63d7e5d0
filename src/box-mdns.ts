import { lookup } from 'node:dns/promises'
import type { Config } from './config.ts'
import { BoxName } from './mdns/box-name.ts'
import { USUAL_LABEL } from './mdns/mdns-name.ts'
import type { Timers } from './mdns/ports.ts'
import { startThreadResponder } from './mdns/thread-responder.ts'
import { hostNames, hostOfUrl, isEverywhere, isForOthers } from './system/addresses.ts'
import type { BoxLog } from './system/log.ts'
import { isInContainer, ownInterfaces } from './system/own-subnets.ts'

export interface BoxMdnsParts {
  /** that the box listens on */
  readonly port: number
  readonly timers: Timers
  readonly log: BoxLog
  readonly onName: (name: string) => void
}

/** What gives the box a name by multicast DNS, if the settings want one; not open yet. */
export function createBoxName(config: Config, parts: BoxMdnsParts): BoxName | undefined {
  const base = labelIn(config)
  if (base === undefined) return undefined
  const { host, urls } = config
  const onlyAddress = isEverywhere(host) ? undefined : host
  return new BoxName({
    ...parts,
    base,
    port: portIn(urls) ?? parts.port,
    onlyAddress,
    isIpv6: host !== '0.0.0.0',
    networks: () => {
      const all = ownInterfaces()
      return onlyAddress === undefined
        ? all
        : all.filter(({ addresses }) => addresses.includes(onlyAddress))
    },
    start: startThreadResponder,
    isOwn: isOwnName,
  })
}

/** @param isContained whether multicast reaches a network of containers only @returns undefined: there is to be no name */
export function labelIn(
  { mdnsName, host, urls, commands }: Pick<Config, 'mdnsName' | 'host' | 'urls' | 'commands'>,
  isContained = commands === 'compose' || isInContainer(),
): string | undefined {
  // Nobody else reaches it.
  const isLonely = !isEverywhere(host) && !isForOthers(host)
  if (mdnsName === 'off' || isLonely) return undefined
  if (mdnsName !== 'auto') return mdnsName
  const isSaid = urls.some((url) => isForOthers(hostOfUrl(url)))
  return isContained || isSaid ? undefined : USUAL_LABEL
}

/** Where people find apps by http, if a proxy on this machine is in front of the box. */
function portIn(urls: readonly string[]): number | undefined {
  const url = urls.find((each) => each.startsWith('http:') && !isForOthers(hostOfUrl(each)))
  return url === undefined ? undefined : Number(new URL(url).port || '80')
}

/** Whether the system of this machine answers for the name: one that is called `croquet` has that name already. */
async function isOwnName(name: string): Promise<boolean> {
  if (!hostNames().some((own) => own.toLowerCase() === name)) return false
  try {
    const own = ownInterfaces().flatMap(({ addresses }) => addresses)
    const found = await lookup(name, { all: true })
    return found.some(({ address }) => own.includes(address) || !isForOthers(address))
  } catch {
    return false
  }
}
