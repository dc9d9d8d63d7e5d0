import { afterEach, expect, test } from 'vitest'
import type { TurnedAwayEntry } from '../src/access/turned-away.ts'
import { AS_PERSON, DoorBed, FILE, NEIGHBOUR, SOCKET, STRANGER } from './support/door-bed.ts'
import { joinArgs, RawClients, randomSessionId } from './support/raw-client.ts'

const ORIGIN = 'https://school.example'

const clients = new RawClients()
let bed: DoorBed

afterEach(async () => {
  await clients.closeAll()
  await bed.stop()
})

async function turnedAway(): Promise<readonly TurnedAwayEntry[]> {
  const headers = { authorization: `Bearer ${await bed.adminToken()}` }
  const { body } = await bed.askAdmin({ path: '/api/v1/turned-away', headers })
  return JSON.parse(body)
}

async function start(env: Record<string, string> = {}): Promise<void> {
  bed = await DoorBed.start({ BOX_TRUSTED_PROXIES: 'loopback', ...env })
}

test('[ADMIN14] sockets, uploads and pages that are refused are listed, with what mends it', async () => {
  await start()
  await bed.ask(SOCKET, { origin: ORIGIN, ...NEIGHBOUR })
  await bed.ask({ method: 'PUT', path: FILE, body: 'x' }, { origin: ORIGIN, ...NEIGHBOUR })
  await bed.ask({ path: '/apps/chess/' }, { ...STRANGER, ...AS_PERSON })
  const address = NEIGHBOUR['x-forwarded-for']
  const remedy = `If you trust that site, add ${ORIGIN} to BOX_ORIGINS, and start the box again.`
  expect(await turnedAway()).toMatchObject([
    { address: STRANGER['x-forwarded-for'], asked: 'page', app: 'chess', origin: null },
    { address, asked: 'file', origin: ORIGIN, remedy },
    { address, asked: 'session', origin: ORIGIN, remedy, times: 1 },
  ])
})

test('[ADMIN14] what nobody misses is not listed', async () => {
  await start()
  // Programs that look around, and files that are not there.
  await bed.ask({ path: '/wp-login.php' }, STRANGER)
  await bed.ask({ path: '/nothing' }, { ...NEIGHBOUR, ...AS_PERSON })
  await bed.askAdmin({ path: '/metrics' }, NEIGHBOUR)
  expect(await turnedAway()).toEqual([])
})

test('[ADMIN14] who is asked for the passphrase is not turned away, who joins without it is', async () => {
  await start({ BOX_ACCESS: 'passphrase', BOX_PASSPHRASE: 'let me in, please' })
  await bed.ask({ path: '/' }, { ...NEIGHBOUR, ...AS_PERSON })
  expect(await turnedAway()).toEqual([])
  await bed.ask(SOCKET, NEIGHBOUR)
  const why = expect.stringContaining('passphrase')
  expect(await turnedAway()).toMatchObject([{ asked: 'session', why }])
})

test('[ADMIN14] a link that has ended is listed', async () => {
  await start({ BOX_ACCESS: 'invite' })
  const { id, token } = await bed.invite()
  await bed.api('DELETE', `/${id}`)
  await bed.ask({ path: `/t/${token}/apps/chess/` }, { ...NEIGHBOUR, ...AS_PERSON })
  expect(await turnedAway()).toMatchObject([{ asked: 'page', why: 'This link was revoked.' }])
  expect(JSON.stringify(await turnedAway())).not.toContain(token)
})

test('[ADMIN14] [JOIN2] a client without a key for the cloud is listed, with what its app lacks', async () => {
  await start()
  const client = await clients.connect(
    `ws://127.0.0.1:${bed.box.port}/reflector`,
    randomSessionId(),
  )
  const { apiKey: _, ...args } = joinArgs()
  client.send('JOIN', args)
  expect(await client.closed()).toMatchObject({ code: 4103 })
  await expect
    .poll(turnedAway)
    .toMatchObject([{ asked: 'session', remedy: expect.stringContaining('apiKey') }])
})
