import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DoorPages } from '../access/door-pages.ts'
import { addErrorPages } from './error-pages.ts'
import { addErrorHandlers } from './errors.ts'

const BY_PERSON = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' }

let app: FastifyInstance
/** what is answered */
let answer: { readonly status: number; readonly body: unknown }

beforeEach(async () => {
  app = fastify()
  const pages = await DoorPages.load()
  addErrorPages(app, {
    ...{ pages, headers: pages.headers },
    waysOn: () => [{ name: 'The first page', url: './' }, undefined],
  })
  addErrorHandlers(app)
  app.get('/', (_request, reply) => reply.code(answer.status).send(answer.body))
  app.get('/fails', () => {
    throw new Error('secret detail')
  })
})
afterEach(() => app.close())

test.each([
  [403, 'The box does not let you do this.'],
  [413, 'That is too large.'],
  [418, 'That did not work.'],
  [429, 'That was too much at once.'],
  [502, 'The box failed at this.'],
  [503, 'The box cannot do this now.'],
  [507, 'The disk of the box is full.'],
])('[HTTP9] a person who is answered %i reads what happened and why', async (status, title) => {
  answer = { status, body: { error: 'x', message: 'it is <full>' } }
  const { statusCode, headers, body } = await app.inject({ url: '/', headers: BY_PERSON })
  expect([statusCode, headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
  expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
  expect(body).toContain(`<title>${title}</title>`)
  expect(body).toContain(`<h1>${title}</h1>`)
  expect(body).toContain('<p>It is &#60;full&#62;.</p>')
  expect(body).toContain('<a href="./">The first page</a>')
})

test('[HTTP9] what fails inside the box is told of without what failed', async () => {
  const { statusCode, body } = await app.inject({ url: '/fails', headers: BY_PERSON })
  expect(statusCode).toBe(500)
  expect(body).toContain('<h1>The box failed at this.</h1>')
  expect(body).not.toContain('secret')
})

test('[HTTP9] an address that cannot be is named as the person wrote it', async () => {
  const { body } = await app.inject({ url: '/no/such?x=secret', headers: BY_PERSON })
  expect(body).toContain('<p>You asked for /no/such.</p>')
})

test('what is no error, or no JSON with a sentence, stays as it is', async () => {
  for (const { status, body } of [
    { status: 200, body: { message: 'well' } },
    { status: 503, body: { ready: false, missing: [] } },
    { status: 404, body: 'plain text' },
  ]) {
    answer = { status, body }
    const got = await app.inject({ url: '/', headers: BY_PERSON })
    expect(got.body).toBe(typeof body === 'string' ? body : JSON.stringify(body))
  }
})
