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
  readonly hasSocket: boolean
}

/** And with its dashboard's origin. */
interface MonitorLoot extends Pick<Loot, 'statuses'> {
  /** whether anything that came back had it */
  readonly hasReadSessionId: boolean
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
  const adminSite = await otherSite()
  const { page: adminPage } = await visitors.open(`http://${ATTACKER}:${adminSite.port}/`)
  await adminSite.close()
  const bed = await DoorBed.start({
    ...{ BOX_PORT: `${site.port}`, BOX_ADMIN_PORT: `${adminSite.port}` },
  })
  try {
    const sessionId = randomSessionId()
    await (await clients.connect(`ws://127.0.0.1:${site.port}/reflector`, sessionId)).join()
    expect(await lootOf(page, sessionId)).toEqual({
      statuses: { '/': 403, upload: 403 },
      hasSocket: false,
    })
    expect(await monitorLootOf(adminPage, sessionId)).toEqual({
      statuses: { '/sessions': 403, '/metrics': 403, forwarded: 403 },
      hasReadSessionId: false,
    })
    expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
    const { page: own } = await visitors.open(`http://localhost:${site.port}/`)
    expect(await lootOf(own, sessionId)).toEqual({
      statuses: { '/': 200, upload: 201 },
      hasSocket: true,
    })
    const { page: ownAdmin } = await visitors.open(`http://localhost:${adminSite.port}/admin/login`)
    expect(await monitorLootOf(ownAdmin, sessionId)).toEqual({
      statuses: { '/sessions': 200, '/metrics': 200, forwarded: 200 },
      hasReadSessionId: true,
    })
    await page.goto(`http://${ATTACKER}:${site.port}/`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'The box does not know this name.',
    )
    expect(await page.textContent('main')).toContain(`You opened it as ${ATTACKER}.`)
  } finally {
    await clients.closeAll()
    await bed.stop()
  }
})

function lootOf(page: Page, sessionId: string): Promise<Loot> {
  return page.evaluate(
    async ({ host, sessionId, file }) => {
      const statusOf = async (path: string, init?: RequestInit) => (await fetch(path, init)).status
      const upload = await statusOf(file, { method: 'PUT', body: 'x' })
      const hasSocket = await new Promise<boolean>((resolve) => {
        const socket = new WebSocket(`ws://${host}/reflector/${sessionId}`)
        // One that is refused opens, and is closed at once (CLOSE6).
        socket.onopen = () => socket.send('{"action":"PING"}')
        socket.onmessage = () => resolve(true)
        socket.onclose = () => resolve(false)
      })
      return { statuses: { '/': await statusOf('/'), upload }, hasSocket }
    },
    { host: new URL(page.url()).host, sessionId, file: FILE },
  )
}

function monitorLootOf(page: Page, sessionId: string): Promise<MonitorLoot> {
  return page.evaluate(async (sessionId) => {
    const statuses: Record<string, number> = {}
    let text = ''
    const ask = async (name: string, path: string, headers = {}) => {
      const response = await fetch(path, { headers })
      statuses[name] = response.status
      text += await response.text()
    }
    for (const path of ['/sessions', '/metrics']) await ask(path, path)
    await ask('forwarded', '/sessions', { 'x-forwarded-host': 'localhost' })
    return { statuses, hasReadSessionId: text.includes(sessionId) }
  }, sessionId)
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
