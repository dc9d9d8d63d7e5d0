import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { Listener } from './listener.ts'

const LOCAL = { host: '127.0.0.1', port: 0, setting: 'BOX_PORT' } as const
const closers: Array<() => unknown> = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(port = 0): Promise<Listener> {
  const listener = await Listener.open({ ...LOCAL, port })
  closers.push(() => listener.close())
  return listener
}

it('lets those wait who come before there is a server', async () => {
  const listener = await open()
  const answer = fetch(`http://127.0.0.1:${listener.port}/early`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const server = createServer((request, response) => response.end(request.url))
  await listener.handTo(server)
  closers.push(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  expect(await (await answer).text()).toBe('/early')
  const later = await fetch(`http://127.0.0.1:${listener.port}/later`)
  expect(await later.text()).toBe('/later')
})

it('drops them if none comes', async () => {
  const listener = await open()
  const answer = fetch(`http://127.0.0.1:${listener.port}/`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await listener.close()
  await expect(answer).rejects.toThrow()
})

it('says what to do if the port is in use', async () => {
  const { port } = await open()
  await expect(Listener.open({ ...LOCAL, port })).rejects.toThrow(
    `port ${port} is in use: stop the program that uses it, or set BOX_PORT to another port`,
  )
  const setting = 'BOX_ADMIN_PORT'
  await expect(Listener.open({ ...LOCAL, port, setting })).rejects.toThrow(
    `port ${port} is in use: stop the program that uses it, or set BOX_ADMIN_PORT to another port`,
  )
})
