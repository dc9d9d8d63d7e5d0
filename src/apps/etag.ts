import type { FastifyRequest } from 'fastify'

/** Whether a browser has it already. @param etag with its quotes */
export function isKnown({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match'] ?? ''
  if (known === '*') return true
  return known.split(',').some((tag) => bare(tag) === bare(etag))
}

/** Tags are compared weakly. */
function bare(tag: string): string {
  return tag.trim().replace(/^W\//, '')
}
