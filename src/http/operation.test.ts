import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  healthRoutes,
  monitorRoutes,
  type OperationSource,
  type SessionOverview,
} from './operation.ts'

let app: FastifyInstance
let missing: string[]
let sessions: SessionOverview[]

beforeEach(() => {
  missing = []
  sessions = []
  app = fastify()
  const source: OperationSource = {
    missing: () => missing,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'a 1\n' }),
    sessions: () => sessions,
    users: (sessionId) => (sessionId === 'S' ? ['user', ['view'], { id: 'x', data: 'y' }] : []),
  }
  app.register(healthRoutes, { source })
  app.register(monitorRoutes, { source })
})

afterEach(() => app.close())

test('/healthz says ok', async () => {
  const response = await app.inject('/healthz')
  expect(response.statusCode).toBe(200)
  expect(response.body).toBe('ok')
  expect(response.headers['cache-control']).toBe('no-store')
})

test('/readyz says whether the box is ready, and for what it waits', async () => {
  missing = ['database', 'file store']
  const waiting = await app.inject('/readyz')
  expect(waiting.statusCode).toBe(503)
  expect(waiting.json()).toEqual({ ready: false, missing: ['database', 'file store'] })
  missing = []
  const ready = await app.inject('/readyz')
  expect(ready.statusCode).toBe(200)
  expect(ready.json()).toEqual({ ready: true, missing: [] })
})

test('/metrics gives the text in the type it came in', async () => {
  const response = await app.inject('/metrics')
  expect(response.headers['content-type']).toContain('text/plain; version=0.0.4')
  expect(response.body).toBe('a 1\n')
})

test('/sessions gives a line for each, whatever clients call them', async () => {
  sessions = [
    { id: 'S1', clients: 3, app: 'org.example.app', url: 'http://box/demo/' },
    { id: 'S2', clients: 0, app: 'a name\nwith lines', url: '' },
  ]
  const response = await app.inject('/sessions')
  expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(response.body).toBe('S1 3 org.example.app http://box/demo/\nS2 0 a_name_with_lines \n')
})

test('/sessions is empty without sessions', async () => {
  expect((await app.inject('/sessions')).body).toBe('')
})

test('/users gives the users of a session as their clients gave them', async () => {
  const response = await app.inject('/users/S')
  expect(response.json()).toEqual(['user', ['view'], { id: 'x', data: 'y' }])
  expect((await app.inject('/users/other')).json()).toEqual([])
})
