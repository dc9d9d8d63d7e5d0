import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import { accountOf, isOwn, unmapped } from './account.ts'

export type Proxies = ReturnType<typeof createProxies>

/** @param trusted addresses, networks, or names of networks as `@fastify/proxy-addr` knows them */
export function createProxies(trusted: readonly string[]) {
  const trust = proxyAddr.compile([...trusted])
  return {
    isTrusted: (address: string): boolean => trust(address, 0),
    /** The client's own address, as far as trusted proxies tell it; empty if it has gone. */
    clientAddress: (request: IncomingMessage): string => {
      const address: string | undefined = proxyAddr(request, trust)
      return unmapped(address ?? '')
    },
    /**
     * Each host by which a request says that it came: its `Host`, and what `X-Forwarded-Host` has if a trusted proxy
     * sent it. Anybody on a machine from which proxies are trusted can make up the latter, a page in a browser, too.
     */
    hosts: ({ headers, socket }: IncomingMessage): readonly string[] => {
      const forwarded = trust(socket.remoteAddress ?? '', 0)
        ? headers['x-forwarded-host']
        : undefined
      return [headers.host, ...[forwarded].flat().flatMap((text) => text?.split(','))]
        .map((host) => host?.trim() ?? '')
        .filter((host) => host !== '')
    },
    /** By what it is counted where limits are per address; undefined: it is not. */
    accountOf: (address: string) => (isOwn(address) ? undefined : accountOf(address)),
  }
}
