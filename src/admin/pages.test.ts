import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminPages } from './pages.ts'

let app: FastifyInstance

beforeEach(() => {
  app = fastify()
  app.register(adminPages)
})
afterEach(() => app.close())

test.each(['', 'session.html', 'files.html', 'log.html', 'backup.html'])(
  '/admin/%s runs scripts of the box only, and is in no frame',
  async (page) => {
    const { statusCode, headers } = await app.inject(`/admin/${page}`)
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toContain('text/html')
    expect(headers['content-security-policy']).toContain("script-src 'self'; style-src 'self';")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['cache-control']).toBe('no-cache')
  },
)

test('what the pages use is there, whatever else the box serves', async () => {
  for (const path of ['common/theme.css', 'common/element.js', 'admin.css', 'icon.svg']) {
    expect((await app.inject(`/admin/${path}`)).statusCode, path).toBe(200)
  }
  expect((await app.inject('/admin')).headers.location).toBe('admin/')
})
