/** JSON schemas of what the file routes answer. */

export const uploadResultSchema = {
  type: 'object',
  required: ['path', 'bytes', 'status'],
  properties: {
    path: { type: 'string' },
    bytes: { type: 'integer' },
    status: { type: 'string', enum: ['stored', 'present'] },
  },
} as const

const refusal = { error: { type: 'string' }, message: { type: 'string' } } as const

export const refusalSchema = {
  type: 'object',
  required: ['error', 'message'],
  properties: refusal,
} as const

/** A form that went wrong at `part`; what came before it is `stored`. */
export const formRefusalSchema = {
  type: 'object',
  required: ['error', 'message'],
  properties: {
    ...refusal,
    part: { type: 'string' },
    stored: { type: 'array', items: uploadResultSchema },
  },
} as const
