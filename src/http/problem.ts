import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply } from 'fastify'

const BASE = '/api/v1'
const MEDIA_TYPE = 'application/problem+json'
const text = { type: 'string' } as const

/** A field of a request that is wrong. */
interface FieldError {
  /** in the body (RFC 6901, as a fragment): `#/hours` */
  readonly pointer?: string
  /** in the path or the query */
  readonly parameter?: string
  readonly detail: string
}

/** What the interface for programs answers when it cannot do what it was asked (RFC 9457). */
export const PROBLEM_SCHEMA = {
  $id: 'Problem',
  type: 'object',
  description: 'What went wrong (RFC 9457)',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { ...text, description: 'about:blank: the status says what kind it is' },
    title: { ...text, description: 'what the status is called' },
    status: { type: 'integer' },
    detail: { ...text, description: 'a sentence for people that says what to do' },
    errors: {
      type: 'array',
      description: 'each field of the request that is wrong',
      items: {
        type: 'object',
        required: ['detail'],
        properties: {
          pointer: { ...text, description: 'where in the body, as in #/hours' },
          parameter: { ...text, description: 'of the path or the query' },
          detail: text,
        },
      },
    },
  },
} as const

const content = { [MEDIA_TYPE]: { schema: { $ref: 'Problem#' } } }
/** The answers of a route that are problems. */
export const PROBLEM_RESPONSES = {
  '4xx': { description: 'The request is wrong, or not allowed.', content },
  '5xx': { description: 'The box failed, or cannot do it now.', content },
} as const

/** Whether the answers to errors there are problems. @param target as it is routed */
export function isForPrograms(target: string): boolean {
  return target === BASE || target.startsWith(`${BASE}/`)
}

export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  errors: readonly FieldError[] = [],
): FastifyReply {
  const title = STATUS_CODES[status] ?? 'Error'
  const problem = {
    type: 'about:blank',
    title,
    status,
    detail,
    ...(errors.length > 0 && { errors }),
  }
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'content-type': MEDIA_TYPE })
    .send(JSON.stringify(problem))
}

/** The fields that are wrong, by what the check of a request against its schema found. */
export function fieldErrorsOf({ validation, validationContext }: FastifyError): FieldError[] {
  return (validation ?? []).map(({ instancePath, params, message = '', keyword }) => {
    const name = params.missingProperty ?? params.additionalProperty
    const path = name === undefined ? instancePath : `${instancePath}/${name}`
    const allowed = keyword === 'enum' ? `: ${[params.allowedValues].flat().join(', ')}` : ''
    const detail = keyword === 'additionalProperties' ? 'there is no such field' : message + allowed
    return validationContext === 'body'
      ? { pointer: `#${path}`, detail }
      : { parameter: path.replace(/^\//, ''), detail }
  })
}

/** One sentence about all of them. */
export function sentenceAbout(errors: readonly FieldError[]): string {
  return errors
    .map(({ pointer = '#', parameter = pointer.slice(2), detail }) =>
      parameter === '' ? `the body ${detail}` : `${parameter}: ${detail}`,
    )
    .join('; ')
}
