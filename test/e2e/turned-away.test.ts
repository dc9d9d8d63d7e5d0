import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { DoorBed } from '../support/door-bed.ts'
import { eventually } from './app-handle.ts'
import { AppPage } from './app-page.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** Leads to this machine, but is no name of it. */
const SCHOOL = 'school.example'
const MODULES = join(import.meta.dirname, '../../node_modules')
const CLIENTS = {
  croquet: join(MODULES, '@croquet/croquet/pub/croquet.esm.js'),
  multisynq: join(MODULES, '@multisynq/client/bundled/multisynq-client.esm.js'),
  'croquet-1.1.0': join(MODULES, 'croquet-1.1.0/pub/croquet.min.js'),
}
const CLIENT_NAMES = ['croquet', 'multisynq', 'croquet-1.1.0'] as const

let bed: DoorBed
let visitors: Visitors
let school: Server

beforeAll(async () => {
  visitors = await Visitors.launch(SCHOOL)
})

afterEach(async () => {
  await visitors.leave()
  school.closeAllConnections()
  await new Promise((resolve) => school.close(resolve))
  await bed.stop()
})

afterAll(() => visitors?.close())

test.each(CLIENT_NAMES)(
  '[CLOSE6] a page of elsewhere says why it is not let in, and does not try again: %s',
  async (client) => {
    const page = await openSchool({}, client)
    await page.beginJoin(joinOf(client))
    await eventually(() => page.toasts()).toContain(
      `Pages of http://${SCHOOL}:${portOf(school)} may not use this box.`,
    )
    const tries = () => page.requests.filter((url) => url.startsWith('ws:')).length
    const before = tries()
    // Longer than a client waits before it tries again.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect([before, tries()]).toEqual([1, 1])
    expect(bed.logged('start').filter(({ scope }) => scope === 'connection')).toEqual([])
  },
)

test('[CLOSE6] a page of the box says that the box asks for an invite link', async () => {
  const page = await openSchool({ BOX_ACCESS: 'invite', BOX_ORIGINS: '*' }, 'croquet')
  await page.beginJoin(joinOf('croquet'))
  await eventually(() => page.toasts()).toContain('This box opens by invite links only.')
})

test('[CLOSE6] an app that shows no messages of the client has it on the console, and the dots are red', async () => {
  const page = await openSchool({}, 'croquet', false)
  await page.beginJoin(joinOf('croquet'))
  await eventually(() => page.errors).toContainEqual(
    expect.stringMatching(/^Connection closed: 4103 Pages of .* may not use this box/),
  )
  await eventually(() => page.hasElement('#croquet_spinnerOverlay.croquet_fatal')).toBe(true)
})

function joinOf(client: (typeof CLIENT_NAMES)[number]) {
  const url = bed.box.url
  const where = {
    reflector: `${url.replace(/^http/, 'ws')}/reflector`,
    files: `${url}/files`,
    apiKey: 'none:',
  }
  const session = newSession({ client })
  return client === 'croquet-1.1.0' ? { ...session, more: where } : session
}

/** A person of the network with a page of another web server open, which uses a box with these settings. */
async function openSchool(
  env: Record<string, string>,
  client: (typeof CLIENT_NAMES)[number],
  showsMessages = true,
): Promise<AppPage> {
  bed = await DoorBed.start(env)
  const page = `<!doctype html><link rel="icon" href="data:,"><body><script type="module">
    import { installTestApp } from '/test-app.js'
    const load = async () => {
      const client = globalThis.Croquet ?? await import('/client.js')
      // As apps have it that show the widgets of the client.
      client.App.messages = ${showsMessages}
      return client
    }
    installTestApp(load, { box: '${bed.box.url}/' })
    </script>${client === 'croquet-1.1.0' ? '<script src="/client.js"></script>' : ''}`
  school = createServer(async ({ url }, response) => {
    if (url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
      return
    }
    const path = url === '/client.js' ? CLIENTS[client] : `${APP_DIR}${url}`
    const script = await readFile(path).catch(() => undefined)
    response.writeHead(script ? 200 : 404, { 'content-type': 'text/javascript' }).end(script)
  })
  await new Promise<void>((resolve) => school.listen(0, '127.0.0.1', resolve))
  return new AppPage(await visitors.open(`http://${SCHOOL}:${portOf(school)}/`))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
