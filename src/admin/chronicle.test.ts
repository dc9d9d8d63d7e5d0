import { beforeEach, expect, test } from 'vitest'
import { Chronicle } from './chronicle.ts'
import { LABEL, visitor } from './sample-facts.ts'

let chronicle: Chronicle
let changes: string[]

beforeEach(() => {
  changes = []
  chronicle = new Chronicle(() => 5)
  chronicle.onChange = (id) => changes.push(id)
})

test('it tells that a session changed when somebody comes or goes, a snapshot is taken, or it ends', () => {
  chronicle.joined('s', LABEL, visitor('ada'))
  chronicle.snapshotTaken('s', 1000)
  chronicle.left('s', visitor('ada'), 1000, '', 5)
  chronicle.closed('s')
  expect(changes).toEqual(['s', 's', 's', 's'])
})

test('it remembers of a session as much as explains it, however much happens', () => {
  chronicle.joined('s', LABEL, visitor('ada'))
  for (let index = 0; index < 1000; index++) {
    chronicle.joined('s', LABEL, visitor('ada', { codeHash: `${index}` }))
    chronicle.left('s', visitor(`${index}`), 4200, '', 1)
    chronicle.snapshotTaken('s', index)
    const payload = JSON.stringify({ hash: `${index}` })
    chronicle.voted('s', visitor(`${index}`), { tuttiKey: `snapshot@${index}`, payload })
    chronicle.voted('s', visitor(`${index}`), { tuttiKey: 'snapshot@999', payload })
  }
  const story = chronicle.story('s')
  expect(story?.departures).toHaveLength(20)
  expect(story?.departures.at(-1)?.visitor.user).toBe('999')
  expect(story?.snapshots).toHaveLength(50)
  expect(story?.programs).toHaveLength(20)
  expect(story?.ballots).toHaveLength(5)
  expect(story?.ballots.every(({ votes }) => votes.size <= 200)).toBe(true)
})

test('it remembers of what clients tell of themselves a little, however much that is', () => {
  const long = 'x'.repeat(1_000_000)
  const loud = visitor(long, { user: { id: long, more: long }, sdk: long, codeHash: long })
  const label = { name: long, appId: long, persistentId: long, pageUrl: `http://box/${long}` }
  chronicle.joined('s', label, loud)
  chronicle.left('s', loud, 1000, '', 5)
  const payload = '{"hash":"x"}'
  chronicle.voted('s', { ...loud, connection: 'c' }, { tuttiKey: 'snapshot@1', payload })
  chronicle.voted('s', loud, { tuttiKey: `snapshot@${long}`, payload })
  const story = chronicle.story('s')
  expect(JSON.stringify({ ...story, departures: [] }).length).toBeLessThan(5000)
  expect(story?.departures[0]?.visitor).toMatchObject({ user: 'x'.repeat(40) })
  expect(story?.ballots.map(({ votes }) => [...votes.values()])).toEqual([
    [{ hash: expect.any(String), visitor: expect.objectContaining({ user: 'x'.repeat(40) }) }],
  ])
})

test('it forgets the sessions that nobody has joined for longest', () => {
  for (let index = 0; index < 2001; index++) {
    chronicle.joined(`s${index}`, LABEL, visitor('ada'))
    if (index === 1999) chronicle.joined('s0', LABEL, visitor('ada'))
  }
  expect([...chronicle.stories()]).toHaveLength(2000)
  expect(chronicle.story('s0')).toBeDefined()
  expect(chronicle.story('s1')).toBeUndefined()
})

test('what is told of a session that nobody joined is no matter', () => {
  chronicle.left('s', visitor('ada'), 1000, '', 5)
  chronicle.snapshotTaken('s', 1)
  chronicle.snapshotLost('s')
  chronicle.snapshotMissed('s')
  chronicle.voted('s', visitor('ada'), { tuttiKey: 'snapshot@1', payload: '{"hash":"x"}' })
  expect(chronicle.story('s')).toBeUndefined()
})

test('a session that runs keeps no more of a label than it shows', () => {
  const label = { ...LABEL, tove: 'secret' }
  chronicle.joined('s', label, visitor('ada'))
  expect(chronicle.story('s')?.label).toEqual(LABEL)
})
