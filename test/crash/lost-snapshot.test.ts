import { rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joinArgs, RawClient, randomSessionId } from '../support/raw-client.ts'
import type { SyncArgs, WireMessage } from '../support/wire.ts'
import { Cleanup } from './cleanup.ts'
import { poll } from './poll.ts'
import { newSeed, Random } from './random.ts'
import { ReturningClient } from './returning-client.ts'
import { SessionLedger } from './session-ledger.ts'
import { type MadeSnapshot, uploadSnapshot } from './snapshots.ts'
import { Supervisor } from './supervisor.ts'

const SNAPSHOT_BYTES = 10_000
const MESSAGES = 50
const TIMEOUT_MS = 10_000

const cleanup = new Cleanup()
let supervisor: Supervisor
let ledger: SessionLedger
let client: ReturningClient

beforeEach(async () => {
  supervisor = await Supervisor.start()
  cleanup.add(() => supervisor.close())
  ledger = new SessionLedger(randomSessionId())
  const { reflectorUrl } = supervisor
  client = new ReturningClient({ reflectorUrl, ledger, user: 'ada', random: new Random(newSeed()) })
  cleanup.add(() => client.stop())
  client.start()
  await poll('it is in', TIMEOUT_MS, () => client.isIn)
})

afterEach(() => cleanup.run())

test.each([
  ['is gone', (file: string) => rm(file)],
  ['was cut short', (file: string) => truncate(file, SNAPSHOT_BYTES / 2)],
  ['is empty', (file: string) => truncate(file, 0)],
])(
  '[SNAP8] when the file of a snapshot %s, the one before is served, with all messages since',
  async (_, harm) => {
    await say()
    const first = await snap()
    await say()
    const second = await snap()
    await say()
    await supervisor.stop('SIGKILL')
    await harm(join(supervisor.filesDir, 'uploads', second.path))
    supervisor.spawn()
    await supervisor.ready()
    const sync = await look()
    expect(new URL(sync.url).pathname).toBe(`/files/${first.path}`)
    expect((await fetch(sync.url)).headers.get('content-length')).toBe(String(SNAPSHOT_BYTES))
    // The ledger goes on: who came back to look is announced a moment later.
    const texts = ledger.textsAfter(first.snap.seq).slice(0, sync.messages.length)
    expect(sync.messages.map(textOf)).toEqual(texts)
    expect(sync.messages.length).toBeGreaterThanOrEqual(2 * MESSAGES)
  },
)

async function say(): Promise<void> {
  const before = ledger.position
  client.send(MESSAGES)
  await poll('what was said is heard', TIMEOUT_MS, () => ledger.position >= before + MESSAGES)
}

/** Makes a snapshot; resolves when it is the one that joiners get. */
async function snap(): Promise<MadeSnapshot> {
  const made = await uploadSnapshot(supervisor.url, client, SNAPSHOT_BYTES)
  await poll('the snapshot is taken', TIMEOUT_MS, async () => (await look()).url === made.snap.url)
  return made
}

/** What a joiner gets whom nobody notices. */
async function look(): Promise<SyncArgs> {
  const newcomer = new RawClient(supervisor.reflectorUrl, ledger.sessionId)
  try {
    await newcomer.opened()
    newcomer.send('JOIN', joinArgs({ user: undefined }))
    return (await newcomer.next('SYNC')).args
  } finally {
    newcomer.terminate()
  }
}

function textOf(message: WireMessage): string {
  return JSON.stringify(message)
}
