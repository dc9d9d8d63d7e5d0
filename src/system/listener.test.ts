import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, Server } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
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

it('serves IPv6 and IPv4 at ::', async () => {
  const listener = await Listener.open({ ...LOCAL, host: '::' })
  closers.push(() => listener.close())
  for (const host of ['::1', '127.0.0.1']) {
    const socket = connect(listener.port, host)
    await once(socket, 'connect')
    socket.destroy()
  }
})

it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])(
  'serves IPv4 at :: on a machine without IPv6, which answers %s',
  async (code) => {
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (
      this: Server,
    ) {
      process.nextTick(() => this.emit('error', Object.assign(new Error(code), { code })))
      return this
    })
    closers.push(() => listen.mockRestore())
    const listener = await Listener.open({ ...LOCAL, host: '::' })
    closers.push(() => listener.close())
    const socket = connect(listener.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  },
)
