import fastify from 'fastify'
import { expect, it } from 'vitest'
import { addHsts } from './headers.ts'

it.each([
  ['asks for https only where that is due', true, 'max-age=2592000'],
  ['says nothing of it elsewhere', false, undefined],
])('%s', async (_, isDue, expected) => {
  const app = fastify()
  addHsts(app, () => isDue)
  app.get('/', () => 'page')
  for (const url of ['/', '/nothing']) {
    const { headers } = await app.inject(url)
    expect(headers['strict-transport-security']).toBe(expected)
  }
  await app.close()
})
