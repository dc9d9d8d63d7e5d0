import type { FastifyRequest } from 'fastify'
import { plainAddress } from './networks.ts'

/** The client's own address, as far as trusted proxies tell; "" for one that is gone already, whose socket has none. */
export function addressOf({ ip }: FastifyRequest): string {
  return plainAddress((ip as string | undefined) ?? '')
}
