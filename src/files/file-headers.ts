import type { FastifyReply, FastifyRequest } from 'fastify'

/** What pages of other origins may see, if they may at all: that is decided at the door. */
const EXPOSED = {
  'access-control-expose-headers': 'Content-Length,Content-Range,ETag',
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, PUT, POST, OPTIONS',
  'access-control-allow-headers':
    'Authorization,DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,' +
    'X-Croquet-App,X-Croquet-Id,X-Croquet-Session,X-Croquet-Version,X-Croquet-Path',
  'access-control-max-age': '1728000',
}

/** Uploads come from anybody and are on the origin of the box's pages: none may ever run as one. */
const INERT = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  // Pages of other origins read files by CORS, as the clients do, or not at all.
  'cross-origin-resource-policy': 'same-origin',
}

/** Headers of every answer below `/files`, errors included: without them a browser shows no error. */
export async function setFileHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers({ ...EXPOSED, ...INERT })
  if (request.method === 'OPTIONS') reply.headers(PREFLIGHT)
  // Chrome asks before a page of the internet may reach a box on the intranet.
  if (request.headers['access-control-request-private-network'] === 'true')
    reply.header('access-control-allow-private-network', 'true')
}
