import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { type Interfaces, isForOthers, isInner } from './addresses.ts'

/** Links to a provider: who has an address beside this one is another customer. */
const PROVIDER_INTERFACES = /^(ppp|wwan|rmnet)/
/** Shorter prefixes are no network of one house: a mistake there would let in much of the internet. */
const SHORTEST_PREFIX = { IPv4: 16, IPv6: 48 } as const
/** A host of many virtual machines has more: they are not networks of people. */
const MOST_INTERFACES = 8
/** What container engines put into each container. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv']

/** The networks that this machine itself is in, as `10.1.2.3/16`: without links, loopback and its own containers. */
export function ownSubnets(interfaces: Interfaces = networkInterfaces()): readonly string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !isInner(name) && !PROVIDER_INTERFACES.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ address, internal }) => !internal && isForOthers(address))
    .flatMap(({ cidr, family }) => (isHouse(cidr, SHORTEST_PREFIX[family]) ? [cidr] : []))
}

/** Interfaces of networks that others are in, each with the addresses by which others reach this machine there. */
export function ownInterfaces(
  interfaces: Interfaces = networkInterfaces(),
): readonly { readonly name: string; readonly addresses: readonly string[] }[] {
  return Object.entries(interfaces)
    .filter(([name]) => !isInner(name) && !PROVIDER_INTERFACES.test(name))
    .map(([name, addresses = []]) => ({
      name,
      addresses: addresses
        .filter(({ address, internal }) => !internal && isForOthers(address))
        .map(({ address }) => address),
    }))
    .filter(({ addresses }) => addresses.length > 0)
    .slice(0, MOST_INTERFACES)
}

/** Whether the interfaces that are seen here are a container's: its networks say nothing of where people are. */
export function isInContainer(exists: (path: string) => boolean = existsSync): boolean {
  return CONTAINER_MARKS.some(exists)
}

function isHouse(cidr: string | null, shortest: number): cidr is string {
  const bits = cidr?.split('/')[1] ?? ''
  return /^\d+$/.test(bits) && Number(bits) >= shortest
}
