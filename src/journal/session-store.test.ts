import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemorySessionStore } from '../../test/support/memory-session-store.ts'
import type { JournalEntry } from '../session/record.ts'
import type { SessionStore } from '../session/session-store.ts'
import { openJournal } from './journal.ts'
import {
  joining,
  journalOptions,
  messagesOf,
  newMessages,
  runAt,
  snapshotAt,
  stateAt,
} from './sample-records.ts'

/** A store under test, and the files that it looks for. Every file is there until it is removed. */
interface SessionStoreBed {
  readonly store: SessionStore
  addFile(path: string): void
  removeFile(path: string): void
  close(): Promise<void>
}

const ID = 'session-one'

describeSessionStore('the journal as a session store', async () => {
  const uploadsDir = mkdtempSync(join(tmpdir(), 'journal-'))
  const store = await openJournal(journalOptions(uploadsDir))
  return {
    store,
    addFile: (path) => writeFileSync(join(uploadsDir, path), ''),
    removeFile: (path) => rmSync(join(uploadsDir, path)),
    close: async () => {
      await store.close()
      rmSync(uploadsDir, { recursive: true })
    },
  }
})

describeSessionStore('the session store in memory', async () => {
  const store = new MemorySessionStore()
  return {
    store,
    addFile: (path) => store.missingFiles.delete(path),
    removeFile: (path) => store.missingFiles.add(path),
    close: async () => {},
  }
})

/** What every session store must do. */
function describeSessionStore(name: string, make: () => Promise<SessionStoreBed>): void {
  describe(name, () => {
    let bed: SessionStoreBed
    beforeEach(async () => {
      bed = await make()
    })
    afterEach(() => bed.close())

    const commit = (...entries: JournalEntry[]) => bed.store.commit(entries)
    const load = async () => (await bed.store.load(ID, undefined, undefined)).session
    /** The session started, with `position` messages in runs of two. */
    const start = async (position: number) => {
      await commit({ sessionId: ID, state: stateAt(0) })
      for (let first = 1; first < position; first += 2) {
        await commit({ sessionId: ID, messages: newMessages(first, 2), state: stateAt(first + 1) })
      }
    }
    const snap = async (position: number, at: number) => {
      bed.addFile(snapshotAt(position).path)
      await commit({ sessionId: ID, state: stateAt(at), snapshot: snapshotAt(position) })
    }

    it('knows nothing at first', async () => {
      expect(await bed.store.load(ID, 'app', 'persistent')).toEqual({
        session: undefined,
        persistedPath: undefined,
      })
    })

    it('gives back the whole state', async () => {
      bed.addFile('saved')
      await commit({ sessionId: ID, state: stateAt(0, { persistedPath: 'saved' }) })
      expect(await load()).toEqual({
        state: stateAt(0, { persistedPath: 'saved' }),
        snapshot: undefined,
        messages: [],
        presence: { announced: [], leaveDelay: 0 },
      })
    })

    it('gives back who was there, as those are who came and did not leave', async () => {
      const users = ['u', ['v'], { id: 'w', data: 'x' }, null]
      const announced = users.map((user, index) => ({ number: index + 1, user }))
      await commit({ sessionId: ID, state: stateAt(0), presence: joining(users) })
      await commit({ sessionId: ID, changes: { tick: 1 } })
      expect((await load())?.presence).toEqual({ announced, leaveDelay: 1250 })
      const change = { left: [2, 4], joined: [[9, '"z"']], leaveDelay: 7 } as const
      await commit({ sessionId: ID, presence: change })
      const [u, , w] = announced
      const then = { announced: [u, w, { number: 9, user: 'z' }], leaveDelay: 7 }
      expect((await load())?.presence).toEqual(then)
      await commit({ sessionId: ID, presence: { left: [], joined: [], leaveDelay: 8 } })
      expect((await load())?.presence).toEqual({ ...then, leaveDelay: 8 })
    })

    it('gives back nobody once all left, or when the timeline is another', async () => {
      await commit({ sessionId: ID, state: stateAt(0), presence: joining(['u', 'v']) })
      await commit({
        sessionId: ID,
        presence: { left: 'all', joined: [[1, '"w"']], leaveDelay: 5 },
      })
      const presence = { announced: [{ number: 1, user: 'w' }], leaveDelay: 5 }
      expect((await load())?.presence).toEqual(presence)
      await commit({ sessionId: ID, state: stateAt(0, { timeline: 'another' }) })
      expect((await load())?.presence).toEqual({ announced: [], leaveDelay: 0 })
    })

    it('changes what an entry says that changed, and leaves the rest', async () => {
      await start(2)
      const completedTallies = { remembered: [['other@2', 2]], forgottenTime: 1.5 } as const
      const changes = { name: 'other', appId: null, time: 3, tick: 7, flags: {}, completedTallies }
      await commit({ sessionId: ID, changes })
      const state = { ...stateAt(2), ...changes, appId: undefined }
      expect((await load())?.state).toEqual(state)
      const rest = { appId: 'b', persistentId: null, pageUrl: 'c', delay: 8, scale: 9 }
      await commit({ sessionId: ID, messages: newMessages(3, 1), changes: rest })
      expect((await load())?.state).toEqual({
        ...state,
        ...rest,
        persistentId: undefined,
        position: 3,
        time: stateAt(3).time,
      })
    })

    it('gives back a state without its optional parts', async () => {
      const state = stateAt(0, { appId: undefined, persistentId: undefined, tove: undefined })
      await commit({ sessionId: ID, state })
      expect((await load())?.state).toEqual(state)
    })

    it('[ROLE8] gives back that its app is not known, and which it is once that is', async () => {
      const unknown = { appId: undefined, persistentId: undefined, isAppUnknown: true }
      await commit({ sessionId: ID, state: stateAt(0, { ...unknown, name: 'hearsay' }) })
      expect((await load())?.state).toEqual(stateAt(0, { ...unknown, name: 'hearsay' }))
      await commit({ sessionId: ID, state: stateAt(0) })
      expect((await load())?.state).toEqual(stateAt(0))
    })

    it('gives all messages of a session that never had a snapshot', async () => {
      await start(6)
      const session = await load()
      expect(session?.snapshot).toBeUndefined()
      expect(messagesOf(session)).toEqual(runAt(1, 6))
    })

    it('moves position and time on with messages alone', async () => {
      await start(2)
      await commit({ sessionId: ID, messages: newMessages(3, 1) })
      await commit({ sessionId: ID, messages: newMessages(4, 2) })
      const session = await load()
      expect(session?.state).toEqual(stateAt(5))
      expect(messagesOf(session)).toEqual(runAt(1, 5))
    })

    it('keeps a time that is later than that of messages alone', async () => {
      await commit({ sessionId: ID, state: stateAt(0, { time: 5000 }) })
      await commit({ sessionId: ID, messages: newMessages(1, 2) })
      expect((await load())?.state).toEqual(stateAt(2, { time: 5000 }))
    })

    it('takes a time that was changed, though a later one was reserved ahead of it', async () => {
      await commit({ sessionId: ID, state: stateAt(0, { time: 5000 }) })
      await commit({ sessionId: ID, changes: { time: 3500 } })
      expect((await load())?.state.time).toBe(3500)
    })

    it('moves the time alone on, and never back', async () => {
      await start(2)
      await commit({ sessionId: ID, reservedTime: 5000 })
      await commit({ sessionId: ID, reservedTime: 4000 })
      expect((await load())?.state).toEqual(stateAt(2, { time: 5000 }))
    })

    it('moves the time on after what else there is', async () => {
      await commit({ sessionId: ID, state: stateAt(0, { time: 100 }), reservedTime: 5000 })
      expect((await load())?.state.time).toBe(5000)
      await commit({ sessionId: ID, messages: newMessages(1, 2), reservedTime: 6000 })
      expect((await load())?.state).toEqual(stateAt(2, { time: 6000 }))
    })

    it('changes nothing but its snapshot or who is there with an entry that has no more', async () => {
      await start(2)
      bed.addFile(snapshotAt(1).path)
      await commit({ sessionId: ID, snapshot: snapshotAt(1) })
      await commit({ sessionId: ID, presence: joining(['u']) })
      expect(await load()).toEqual({
        state: stateAt(2),
        snapshot: snapshotAt(1),
        messages: [runAt(2, 1)],
        presence: { announced: [{ number: 1, user: 'u' }], leaveDelay: 1250 },
      })
    })

    it('moves on with messages that come with all but a state', async () => {
      await start(2)
      bed.addFile(snapshotAt(2).path)
      const snapshot = snapshotAt(2)
      await commit({
        sessionId: ID,
        ...{ messages: newMessages(3, 1), snapshot, presence: joining(['u']) },
      })
      const presence = { announced: [{ number: 1, user: 'u' }], leaveDelay: 1250 }
      expect(await load()).toEqual({
        ...{ state: stateAt(3), messages: [runAt(3, 1)], snapshot, presence },
      })
    })

    it('gives the newest snapshot and the messages after it', async () => {
      await start(6)
      await snap(2, 6)
      await snap(4, 6)
      const session = await load()
      expect(session?.snapshot).toEqual(snapshotAt(4))
      expect(messagesOf(session)).toEqual(runAt(5, 2))
    })

    it('gives no message when the snapshot has them all', async () => {
      await start(6)
      await snap(6, 6)
      const session = await load()
      expect(session?.state).toEqual(stateAt(6))
      expect(session?.messages).toEqual([])
    })

    it('cuts a run in which the snapshot lies', async () => {
      await start(2)
      await commit({ sessionId: ID, messages: newMessages(3, 5), state: stateAt(7) })
      await snap(4, 7)
      expect(messagesOf(await load())).toEqual(runAt(5, 3))
    })

    it('falls back to an older snapshot and all messages since', async () => {
      await start(8)
      for (const position of [3, 5, 7]) await snap(position, 8)
      bed.removeFile('snapshot-7')
      bed.removeFile('snapshot-5')
      const session = await load()
      expect(session?.snapshot).toEqual(snapshotAt(3))
      expect(messagesOf(session)).toEqual(runAt(4, 5))
    })

    it('takes a snapshot again after its file was lost', async () => {
      await start(4)
      await snap(2, 4)
      await snap(4, 4)
      bed.removeFile('snapshot-4')
      bed.addFile('again')
      const again = { ...snapshotAt(4), path: 'again', hash: 'other' }
      await commit({ sessionId: ID, snapshot: again })
      expect((await load())?.snapshot).toEqual(again)
      bed.removeFile('again')
      expect((await load())?.snapshot).toEqual(snapshotAt(2))
    })

    it('keeps three snapshots', async () => {
      await start(8)
      for (const position of [2, 4, 6, 8]) await snap(position, 8)
      for (const position of [4, 6, 8]) bed.removeFile(`snapshot-${position}`)
      expect(await load()).toBeUndefined()
    })

    it('starts from the beginning if fewer snapshots than that are all lost', async () => {
      await start(8)
      for (const position of [2, 4]) await snap(position, 8)
      for (const position of [2, 4]) bed.removeFile(`snapshot-${position}`)
      const session = await load()
      expect(session?.snapshot).toBeUndefined()
      expect(messagesOf(session)).toEqual(runAt(1, 8))
    })

    it('does not give a session without snapshot that started from what is gone', async () => {
      bed.addFile('saved')
      const state = stateAt(0, { persistedPath: 'saved' })
      await commit({ sessionId: ID, state })
      expect((await load())?.state).toEqual(state)
      bed.removeFile('saved')
      expect(await load()).toBeUndefined()
      await snap(0, 0)
      expect(await load()).toBeDefined()
    })

    it('does not give a session with a gap in its messages', async () => {
      await start(2)
      await commit({ sessionId: ID, messages: newMessages(4, 1), state: stateAt(4) })
      expect(await load()).toBeUndefined()
    })

    it('does not give a session that lacks its last messages', async () => {
      await start(2)
      await commit({ sessionId: ID, state: stateAt(3) })
      expect(await load()).toBeUndefined()
    })

    it('does not give a session with a gap before messages alone', async () => {
      await start(2)
      await commit({ sessionId: ID, messages: newMessages(4, 1) })
      expect(await load()).toBeUndefined()
    })

    it('does not give a session whose state is behind its messages', async () => {
      await start(4)
      await commit({ sessionId: ID, state: stateAt(3) })
      expect(await load()).toBeUndefined()
    })

    it('forgets messages, snapshots and time when the timeline changes', async () => {
      await start(4)
      await snap(4, 4)
      const state = stateAt(2, { timeline: 'timeline-2' })
      await commit({ sessionId: ID, messages: newMessages(1, 2), state })
      expect(await load()).toMatchObject({ state, snapshot: undefined, messages: [runAt(1, 2)] })
    })

    it('keeps sessions apart', async () => {
      await commit(
        { sessionId: ID, messages: newMessages(1, 1), state: stateAt(1) },
        { sessionId: 'session-two', messages: newMessages(1, 2), state: stateAt(2) },
      )
      expect(messagesOf(await load())).toEqual(runAt(1, 1))
      const two = await bed.store.load('session-two', undefined, undefined)
      expect(messagesOf(two.session)).toEqual(runAt(1, 2))
    })

    it('resolves commits in the order they were asked for', async () => {
      const order: number[] = []
      const commits = [1, 2, 3].map((number) =>
        commit({ sessionId: `s${number}`, state: stateAt(0) }).then(() => order.push(number)),
      )
      await Promise.all(commits)
      expect(order).toEqual([1, 2, 3])
    })

    it('lets a load see the commits asked for before it', async () => {
      const committed = commit({ sessionId: ID, messages: newMessages(1, 1), state: stateAt(1) })
      expect((await load())?.state.position).toBe(1)
      await committed
    })

    it('gives what the app saved last, if its file is there', async () => {
      const saved = { appId: 'app', persistentId: 'persistent' }
      for (const path of ['one', 'two']) {
        bed.addFile(path)
        await commit({ sessionId: ID, saved: { ...saved, path } })
      }
      expect((await bed.store.load(ID, 'app', 'persistent')).persistedPath).toBe('two')
      expect((await bed.store.load(ID, 'app', 'other')).persistedPath).toBeUndefined()
      expect((await bed.store.load(ID, undefined, 'persistent')).persistedPath).toBeUndefined()
      bed.removeFile('two')
      expect((await bed.store.load(ID, 'app', 'persistent')).persistedPath).toBeUndefined()
    })
  })
}
