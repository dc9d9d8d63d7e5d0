import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RawClient } from '../../support/raw-client.ts'
import { announcedMember, fillHistory, nextUsers, reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'
import { snap } from './snap.ts'

/** More messages than a history may have before a snapshot is asked for, and more than may be as long as these. */
const MANY = 2_001
const LONG = 'x'.repeat(16_384)
const MANY_LONG = 125
const REPEAT_MS = 6_000
const REST_MS = 30_000
/** How much later than said it may happen (ms). */
const SLACK_MS = 2_000

export function describeSnapshotRequests({ differs }: Rules): void {
  differs(
    'SNAP9',
    'members are asked for a snapshot after 2,000 messages',
    async (scene) => {
      const member = await announcedMember(scene)
      await fillHistory(member, MANY - 3)
      await reflect(member, 'the last before')
      expect(member.argsOf('REQU')).toEqual([])
      await fillHistory(member, 1)
      expect(await member.next('REQU')).toMatchObject({ id: scene.sessionId })
    },
    (scene) => isNotAsked(scene, (member) => fillHistory(member, MANY)),
  )

  differs(
    'SNAP10',
    'members are asked for a snapshot when messages are long',
    async (scene) => {
      const member = await announcedMember(scene)
      await fillHistory(member, MANY_LONG, LONG)
      await member.next('REQU')
    },
    (scene) => isNotAsked(scene, (member) => fillHistory(member, MANY_LONG, LONG)),
  )

  differs(
    'SNAP12',
    'the last user is asked for a snapshot when the second-to-last leaves, and not before',
    async (scene) => {
      const last = await scene.member()
      const leavers = [await scene.member(), await scene.member()]
      await nextUsers(last, ({ active }) => active === 3)
      await leavers[0]?.close()
      await nextUsers(last, ({ active }) => active === 2)
      expect(last.argsOf('REQU')).toEqual([])
      await leavers[1]?.close()
      await last.next('REQU')
    },
    (scene) => isNotAsked(scene, () => oneComesAndLeaves(scene)),
  )

  differs(
    'SNAP13',
    'a request comes again after 6 s, until there is a snapshot',
    async (scene) => {
      const last = await announcedMember(scene)
      await oneComesAndLeaves(scene)
      await last.next('REQU')
      const asked = performance.now()
      await last.next('REQU')
      expect(performance.now() - asked).toBeGreaterThan(REPEAT_MS - 100)
      const [time, seq] = await reflect(last, 'end')
      const url = await snap(scene, last, time, seq)
      await scene.lookUntil((told) => told.url === url)
      await expect(last.next('REQU', undefined, REPEAT_MS + SLACK_MS)).rejects.toThrow('none in')
    },
    (scene) =>
      isNotAsked(scene, async () => {
        await oneComesAndLeaves(scene)
        await delay(REPEAT_MS + SLACK_MS)
      }),
  )

  differs(
    'SNAP14',
    'a long history is left alone for 30 s after a snapshot',
    async (scene) => {
      const member = await announcedMember(scene)
      const [time, seq] = await reflect(member, 'before')
      const url = await snap(scene, member, time, seq)
      const announced = performance.now()
      await scene.lookUntil((told) => told.url === url)
      await fillHistory(member, MANY)
      await member.next('REQU', undefined, REST_MS + SLACK_MS)
      expect(performance.now() - announced).toBeGreaterThan(REST_MS - 100)
    },
    (scene) =>
      isNotAsked(scene, async (member) => {
        const [time, seq] = await reflect(member, 'before')
        const url = await snap(scene, member, time, seq)
        await scene.lookUntil((told) => told.url === url)
        await fillHistory(member, MANY)
        await delay(REST_MS + SLACK_MS)
      }),
  )
}

async function oneComesAndLeaves(scene: Scene): Promise<void> {
  await (await scene.member()).close()
}

/** Whatever happens, a member hears no request. */
async function isNotAsked(
  scene: Scene,
  happens: (member: RawClient) => Promise<void>,
): Promise<void> {
  const member = await announcedMember(scene)
  await happens(member)
  await reflect(member, 'after it')
  expect(member.argsOf('REQU')).toEqual([])
}
