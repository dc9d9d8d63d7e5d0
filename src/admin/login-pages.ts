import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DoorPages, PageValues } from '../access/door-pages.ts'
import type { DoorPage } from '../access/refusal.ts'
import { RequestError } from '../access/request-error.ts'
import type { SetupLink } from '../access/setup-link.ts'

const MOST_FORM_BYTES = 4096
const NOT_SENT =
  'nothing was done: this page was not ready yet. Open it again, and wait until it is loaded'
const text = { type: 'string' } as const
const response = { '2xx': text, '4xx': text }
const codeSchema = { type: 'object', properties: { code: text } } as const

export interface LoginPagesOptions {
  readonly pages: DoorPages
  readonly setupLink: Pick<SetupLink, 'isGood'>
  /** whether the box cannot find out by which address others open it */
  readonly isLost: () => boolean
}

/**
 * What people see who are not logged in yet: `/admin/login`, and `/admin/setup/<code>` to set the password. They ask the
 * API, and keep the token that it answers with.
 */
export async function loginPages(
  app: FastifyInstance,
  { pages, setupLink, isLost }: LoginPagesOptions,
) {
  const send = (reply: FastifyReply, page: DoorPage, values: PageValues = {}) =>
    reply.headers(pages.adminHeaders).send(pages.render(page, values))

  app.get('/login', { schema: { response } }, async (_request, reply) => send(reply, 'admin-login'))

  app.get<{ Params: { code: string } }>(
    '/setup/:code',
    { schema: { params: codeSchema, response } },
    async (request, reply) =>
      setupLink.isGood(request.params.code)
        ? send(reply, 'admin-setup', { asks: isLost() ? 'address' : '' })
        : send(reply.code(410), 'admin-link-over'),
  )

  // The pages send by a script. A browser sends their forms itself while that is not there yet.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_FORM_BYTES },
    (_request, _body, done) => done(null, {}),
  )
  for (const url of ['/login', '/setup/:code']) {
    app.post(url, async () => {
      throw new RequestError(400, NOT_SENT)
    })
  }
}
