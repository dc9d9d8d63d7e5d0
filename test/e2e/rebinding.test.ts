import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DoorBed, FILE } from '../support/door-bed.ts'
import { RawClients, randomSessionId } from '../support/raw-client.ts'
import { Visitors } from './visitors.ts'

/** Whose name leads to this machine: at first to a site of their own, then to the box. */
const ATTACKER = 'attacker.example'

/** What a page can do with the box that it came from. */
interface Loot {
  /** how each request was answered */
  readonly statuses: Readonly<Record<string, number>>
  /** whether anything that came back had it */
  readonly hasReadSessionId: boolean
  readonly hasSocket: boolean
}

const clients = new RawClients()
let visitors: Visitors

beforeAll(async () => {
  visitors = await Visitors.launch(ATTACKER)
})

afterAll(() => visitors.close())

test('[ACCESS12] a page whose name was made to lead to the box reads and joins nothing', async () => {
  const site = await otherSite()
  const { page } = await visitors.open(`http://${ATTACKER}:${site.port}/`)
  expect(await page.getByRole('heading').textContent()).toBe('a site elsewhere')
  await site.close()
  const bed = await DoorBed.start({ BOX_PORT: `${site.port}` })
  try {
    const sessionId = randomSessionId()
    await (await clients.connect(`ws://127.0.0.1:${site.port}/reflector`, sessionId)).join()
    expect(await lootOf(page, sessionId)).toEqual({
      statuses: { '/': 403, '/sessions': 403, '/metrics': 403, forwarded: 403, upload: 403 },
      hasReadSessionId: false,
      hasSocket: false,
    })
    expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
    const { page: own } = await visitors.open(`http://localhost:${site.port}/`)
    expect(await lootOf(own, sessionId)).toEqual({
      statuses: { '/': 200, '/sessions': 200, '/metrics': 200, forwarded: 200, upload: 201 },
      hasReadSessionId: true,
      hasSocket: true,
    })
    await page.goto(`http://${ATTACKER}:${site.port}/`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'The box does not know this name.',
    )
    expect(await page.textContent('main')).toContain(`BOX_HOSTNAMES=${ATTACKER}`)
  } finally {
    await clients.closeAll()
    await bed.stop()
  }
})

function lootOf(page: Page, sessionId: string): Promise<Loot> {
  return page.evaluate(
    async ({ host, sessionId, file }) => {
      const statuses: Record<string, number> = {}
      let text = ''
      const ask = async (name: string, path: string, init: RequestInit = {}) => {
        const response = await fetch(path, init)
        statuses[name] = response.status
        text += await response.text()
      }
      for (const path of ['/', '/sessions', '/metrics']) await ask(path, path)
      await ask('forwarded', '/sessions', { headers: { 'x-forwarded-host': 'localhost' } })
      await ask('upload', file, { method: 'PUT', body: 'x' })
      const hasSocket = await new Promise<boolean>((resolve) => {
        const socket = new WebSocket(`ws://${host}/reflector/${sessionId}`)
        socket.onopen = () => resolve(true)
        socket.onerror = () => resolve(false)
      })
      return { statuses, hasReadSessionId: text.includes(sessionId), hasSocket }
    },
    { host: new URL(page.url()).host, sessionId, file: FILE },
  )
}

/** A site on this machine. */
async function otherSite() {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<h1>a site elsewhere</h1>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
