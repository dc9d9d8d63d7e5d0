import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { joinArgs, type RawClient } from '../../support/raw-client.ts'
import { reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** How long a connection may take to join: in a session without members, and else (ms). */
const NO_MEMBERS_MS = 7_000
const WITH_MEMBERS_MS = 35_000
/** Silence after which the reflector asks whether the client is there (ms). */
const SILENT_MS = 35_000
/** So many MB are more than a backlog may hold, with the buffers between client and reflector. */
const MANY = 30
/** How much later than said it may happen (ms). */
const SLACK_MS = 7_000

export function describeLive({ differs }: Rules): void {
  differs(
    'LIVE1',
    'who does not join a session without members is closed with 4121 after 7 s',
    async (scene) => {
      const began = performance.now()
      const client = await scene.connect()
      const { code } = await client.closed(NO_MEMBERS_MS + SLACK_MS)
      expect(code).toBe(4121)
      expect(performance.now() - began).toBeGreaterThan(NO_MEMBERS_MS - 100)
    },
    async (scene) => {
      const client = await scene.connect()
      await delay(NO_MEMBERS_MS + 1_000)
      await client.ping()
      client.send('JOIN', joinArgs())
      expect(await client.closed()).toMatchObject({ code: 4003 })
    },
  )

  differs(
    'LIVE1',
    'who does not join a session with members is closed with 4121 after 35 s',
    async (scene) => {
      await scene.member()
      const began = performance.now()
      const client = await scene.connect()
      const { code } = await client.closed(WITH_MEMBERS_MS + SLACK_MS)
      expect(code).toBe(4121)
      expect(performance.now() - began).toBeGreaterThan(WITH_MEMBERS_MS - 100)
    },
    async (scene) => {
      await scene.member()
      const client = await scene.connect()
      await delay(WITH_MEMBERS_MS + SLACK_MS)
      await client.ping()
    },
  )

  differs(
    'LIVE2',
    'who is silent for 35 s gets a web-socket ping',
    async (scene) => {
      const client = await scene.member()
      const joined = performance.now()
      await delay(SILENT_MS + SLACK_MS)
      const late = client.pings.map((time) => time - joined).filter((ms) => ms > 5_000)
      expect(late.length).toBeGreaterThan(0)
      expect(Math.min(...late)).toBeGreaterThan(SILENT_MS - 1_000)
      expect(client.isOpen).toBe(true)
    },
    async (scene) => {
      const client = await scene.member()
      const joined = performance.now()
      await delay(SILENT_MS + SLACK_MS)
      expect(client.pings.filter((time) => time - joined > 5_000)).toEqual([])
      expect(client.isOpen).toBe(true)
    },
  )

  differs(
    'LIVE4',
    'who does not read what is sent is closed with 4001',
    async (scene) => {
      const slow = await pileUp(scene)
      slow.resume()
      expect(await slow.closed()).toMatchObject({ code: 4001 })
    },
    async (scene) => {
      const slow = await pileUp(scene)
      slow.resume()
      await slow.next('RECV', withPayload('end'))
    },
  )
}

/** A member that reads nothing while more is sent to it than a backlog may hold. */
async function pileUp(scene: Scene): Promise<RawClient> {
  const slow = await scene.member()
  const talker = await scene.member()
  slow.pause()
  for (let sent = 0; sent < MANY; sent += 1) {
    talker.send('SEND', [0, 0, `${sent}`.padEnd(1_000_000, 'x')])
  }
  await reflect(talker, 'end')
  return slow
}
