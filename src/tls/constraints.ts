import { BlockList, isIP } from 'node:net'

/** For what an authority can vouch: all names of these domains, and all addresses of these networks. */
export interface Constraints {
  readonly domains: readonly string[]
  /** `10.0.0.0/8` */
  readonly networks: readonly string[]
}

/**
 * What is somewhere else in each network. A certificate for it is worth nothing outside the network where its key is, so that
 * trusting who may make these, and nothing else, puts nobody's bank at risk.
 */
export const LOCAL: Constraints = {
  domains: ['localhost', 'local', 'lan', 'internal', 'home.arpa'],
  networks: [
    '127.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '169.254.0.0/16',
    '::1/128',
    'fc00::/7',
    'fe80::/10',
  ],
}

/** The local ones and these hosts; a wildcard's domain as a whole. @param hosts as `parseHostnames` has them */
export function constraintsWith(hosts: readonly string[]): Constraints {
  const more = hosts.filter((host) => !permits(LOCAL, host))
  const domains = more.filter((host) => !isIP(host)).map((host) => host.replace(/^\*\./, ''))
  const networks = more
    .filter((host) => isIP(host))
    .map((host) => `${host}/${isIP(host) === 4 ? 32 : 128}`)
  return {
    domains: [...LOCAL.domains, ...domains],
    networks: [...LOCAL.networks, ...networks],
  }
}

/** Whether all that the second permit is permitted by the first. */
export function isWithin(outer: Constraints, { domains, networks }: Constraints): boolean {
  const addresses = networks.map((network) => network.split('/', 1)[0] ?? '')
  return [...domains, ...addresses].every((host) => permits(outer, host))
}

/** @param host as `hostOf` has it, or a wildcard */
export function permits({ domains, networks }: Constraints, host: string): boolean {
  if (!isIP(host)) return domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list.check(host, familyOf(host))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
