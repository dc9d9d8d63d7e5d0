export const text = { type: 'string' } as const
export const number = { type: 'number' } as const
export const count = { type: 'integer', minimum: 0 } as const

export const SESSION_ID = { type: 'string', pattern: '^[\\w-]{43}$' } as const

export const sessionParams = {
  type: 'object',
  required: ['sessionId'],
  properties: { sessionId: SESSION_ID },
} as const

export const tally = objectOf({ count, bytes: number })

/** An object that has all of these. */
export function objectOf<Properties extends Readonly<Record<string, object>>>(
  properties: Properties,
) {
  return { type: 'object', required: Object.keys(properties), properties } as const
}

export function listOf<Items extends object>(items: Items) {
  return { type: 'array', items } as const
}

export function orNull<Schema extends { readonly type: string }>(schema: Schema) {
  return { ...schema, nullable: true } as const
}

/** A route's schema with what the description of the API says of it. */
export function described<Schema extends object>(
  tag: string,
  operationId: string,
  summary: string,
  schema: Schema,
): Schema {
  return { tags: [tag], operationId, summary, ...schema }
}
