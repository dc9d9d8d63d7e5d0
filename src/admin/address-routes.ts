import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Audit } from '../access/audit-log.ts'
import type { Pass } from '../access/pass.ts'
import { addressOf } from '../access/request-address.ts'
import { described, listOf, objectOf, text } from './schemas.ts'

/** A whole URL that somebody pasted. */
export const saidSchema = { type: 'string', maxLength: 300 } as const
const MOST_BODY_BYTES = 4096

const urls = listOf(text)
const boxUrls = objectOf({ urls, adminUrls: urls })

/** Where the box is, as far as it knows. */
export const announcedSchema = objectOf({
  others: { ...boxUrls, description: 'for other devices, the likeliest first' },
  here: { ...boxUrls, description: 'for the machine of the box only' },
  lonely: {
    type: ['string', 'null'],
    enum: ['unknown', 'own-machine', 'no-network', null],
    description: 'why there are none for other devices',
  },
})

interface BoxUrls {
  readonly urls: readonly string[]
  readonly adminUrls: readonly string[]
}

/** Addresses of the box and of its dashboard. */
export interface AnnouncedUrls {
  readonly others: BoxUrls
  readonly here: BoxUrls
  readonly lonely: string | undefined
}

/** Where others open the box, as an admin says. */
export interface SaidAddress {
  /** a host; undefined: nobody said */
  readonly current: () => string | undefined
  /** The host in what was typed. Rejects with a sentence for that admin. It changes nothing. */
  readonly check: (text: string) => Promise<string>
  /** @param host that was checked; undefined: none any more */
  readonly keep: (host: string | undefined) => Promise<void>
}

export interface AddressRoutesOptions {
  readonly announced: () => AnnouncedUrls
  readonly said: SaidAddress
  readonly audit: Audit
  readonly passOf: (request: FastifyRequest) => Pass
}

const answerSchema = objectOf({
  ...announcedSchema.properties,
  said: {
    type: ['string', 'null'],
    description: 'the host by which others open the box, as an admin said',
  },
})
const order = {
  type: 'object',
  required: ['said'],
  additionalProperties: false,
  properties: {
    said: {
      ...saidSchema,
      type: ['string', 'null'],
      description: 'a host name or IP address, with a port or as a URL; null or empty: none',
    },
  },
} as const

/** As it is answered. */
export function announcedBody({ lonely, ...addresses }: AnnouncedUrls) {
  return { ...addresses, lonely: lonely ?? null }
}

/** `/addresses`: by which addresses people reach the box. */
export async function announcedRoutes(
  app: FastifyInstance,
  { announced, said, audit, passOf }: AddressRoutesOptions,
): Promise<void> {
  const answer = () => ({ ...announcedBody(announced()), said: said.current() ?? null })
  const response = { 200: answerSchema }
  app.get(
    '/addresses',
    {
      schema: described('box', 'getAddresses', 'By which addresses people reach the box', {
        response,
      }),
    },
    async () => answer(),
  )

  const summary = 'Say by which host others open the box, where it cannot see that itself'
  app.put<{ Body: { said: string | null } }>(
    '/addresses',
    {
      schema: described('box', 'setAddress', summary, { body: order, response }),
      bodyLimit: MOST_BODY_BYTES,
    },
    async (request) => {
      const text = request.body.said ?? ''
      const host = text.trim() === '' ? undefined : await said.check(text)
      await said.keep(host)
      const { who } = passOf(request)
      audit.note({ event: 'address-said', who, address: addressOf(request), host: host ?? '' })
      return answer()
    },
  )
}
