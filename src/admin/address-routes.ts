import type { FastifyInstance } from 'fastify'
import { described, listOf, objectOf, text } from './schemas.ts'

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

export interface AddressRoutesOptions {
  readonly announced: () => AnnouncedUrls
}

/** As it is answered. */
export function announcedBody({ lonely, ...addresses }: AnnouncedUrls) {
  return { ...addresses, lonely: lonely ?? null }
}

/** `/addresses`: by which addresses people reach the box. */
export async function announcedRoutes(
  app: FastifyInstance,
  { announced }: AddressRoutesOptions,
): Promise<void> {
  const summary = 'By which addresses people reach the box'
  app.get(
    '/addresses',
    { schema: described('box', 'getAddresses', summary, { response: { 200: announcedSchema } }) },
    async () => announcedBody(announced()),
  )
}
