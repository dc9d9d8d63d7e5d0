import { Writable } from 'node:stream'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreUnavailableError } from '../session/session-store.ts'
import { addErrorHandlers } from './errors.ts'

let app: FastifyInstance
let logged: string

beforeEach(() => {
  logged = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk
      done()
    },
  })
  const log: FastifyBaseLogger = pino({ level: 'info' }, destination)
  app = fastify({ loggerInstance: log })
  addErrorHandlers(app)
})

afterEach(() => app.close())

async function failWith(error: unknown) {
  app.get('/', () => {
    throw error
  })
  const response = await app.inject('/')
  expect(response.headers['cache-control']).toBe('no-store')
  return response
}

test("a sender's fault is told", async () => {
  const response = await failWith(Object.assign(new Error('too big'), { statusCode: 413 }))
  expect(response.statusCode).toBe(413)
  expect(response.json()).toEqual({ error: 'Payload Too Large', message: 'too big' })
  expect(logged).not.toContain('too big')
})

test("the box's fault is logged whole and not told", async () => {
  const response = await failWith(new Error('secret detail'))
  expect(response.statusCode).toBe(500)
  expect(response.json().error).toBe('Internal Server Error')
  expect(response.body).not.toContain('secret')
  expect(logged).toContain('secret detail')
  expect(logged).toContain('errors.test.ts')
})

test('a fault of the box that is written for the sender is told and logged', async () => {
  const error = Object.assign(new Error('disk full'), { statusCode: 507, expose: true })
  expect((await failWith(error)).json()).toEqual({
    error: 'Insufficient Storage',
    message: 'disk full',
  })
  expect(logged).toContain('disk full')
})

test('a status that is none of an error is the fault of the box', async () => {
  const response = await failWith(Object.assign(new Error('odd'), { statusCode: 200 }))
  expect(response.statusCode).toBe(500)
})

test('headers that an error brings are sent', async () => {
  const error = Object.assign(new Error('x'), { statusCode: 416, headers: { 'x-a': 'b' } })
  expect((await failWith(error)).headers['x-a']).toBe('b')
})

test('an address where there is nothing is answered without its query', async () => {
  const response = await app.inject('/nothing?token=secret')
  expect(response.statusCode).toBe(404)
  expect(response.json()).toEqual({
    error: 'Not Found',
    message: 'there is nothing at GET /nothing',
  })
})

test.each([
  ['ENOSPC', 507, 'the disk of the box is full: make room, then try again'],
  ['SQLITE_FULL', 507, 'the disk of the box is full: make room, then try again'],
  ['EACCES', 500, 'the box failed at this; its log says why'],
])('an error of the disk, %s, is answered with %i', async (code, status, message) => {
  const response = await failWith(Object.assign(new Error('write'), { code }))
  expect([response.statusCode, response.json().message]).toEqual([status, message])
})

test('what the journal cannot do for now is answered with 503 and why', async () => {
  const response = await failWith(new StoreUnavailableError('its disk is full'))
  expect([response.statusCode, response.json().message]).toEqual([
    503,
    'the box cannot store anything: its disk is full. Try again when it can',
  ])
})
