import { expect, test } from 'vitest'
import type { AppSurvey } from './app-survey.ts'
import { BLANK, Surveys } from './surveys.ts'

const BY_HAND = { name: 'a', root: '/web/apps/a', isRelease: false }
const RELEASE = { name: 'b', root: '/files/apps/b/1', isRelease: true }

/** Surveys of a workshop that answers with what is in `next`, and notes what it was asked. */
class Bed {
  now = 0
  next = (): AppSurvey | undefined => ({ ...BLANK, fingerprint: '1', title: 'one' })
  readonly asked: Array<readonly [root: string, known: string | undefined]> = []
  readonly failures: unknown[] = []
  readonly surveys = new Surveys({
    workshop: {
      survey: async (root, _versions, known) => {
        this.asked.push([root, known])
        return this.next()
      },
    },
    versions: {},
    now: () => this.now,
    onFailure: (error, root) => this.failures.push([String(error), root]),
  })
}

test('a release is looked at once', async () => {
  const bed = new Bed()
  expect(bed.surveys.known(RELEASE)).toBeUndefined()
  const both = [bed.surveys.of(RELEASE), bed.surveys.of(RELEASE)]
  expect((await Promise.all(both)).map(({ title }) => title)).toEqual(['one', 'one'])
  bed.now = 1e9
  expect((await bed.surveys.of(RELEASE)).title).toBe('one')
  expect(bed.asked).toEqual([[RELEASE.root, undefined]])
})

test('a folder that people may change is looked at again after a while', async () => {
  const bed = new Bed()
  bed.now = 10
  await bed.surveys.of(BY_HAND)
  bed.now = 2009
  await bed.surveys.of(BY_HAND)
  bed.now = 2011
  bed.next = () => undefined
  expect((await bed.surveys.of(BY_HAND)).title).toBe('one')
  bed.now = 4020
  bed.next = () => ({ ...BLANK, fingerprint: '2', title: 'two' })
  expect(bed.surveys.known(BY_HAND)?.title).toBe('one')
  expect((await bed.surveys.of(BY_HAND)).title).toBe('two')
  expect(bed.asked.map(([, known]) => known)).toEqual([undefined, '1', '1'])
})

test('an app that cannot be looked at is one of which nothing is known, or what was known before', async () => {
  const bed = new Bed()
  bed.now = 10
  bed.next = () => {
    throw new Error('no')
  }
  const notes = [expect.stringContaining('could not be looked at')]
  expect(await bed.surveys.of(BY_HAND)).toEqual({ ...BLANK, notes })
  expect(bed.failures).toEqual([['Error: no', BY_HAND.root]])
  bed.next = () => ({ ...BLANK, fingerprint: '1', title: 'one' })
  bed.now = 60_011
  await bed.surveys.of(BY_HAND)
  bed.next = () => {
    throw new Error('no')
  }
  bed.now = 63_000
  expect(await bed.surveys.of(BY_HAND)).toMatchObject({ title: 'one', notes })
  bed.next = () => ({ ...BLANK, fingerprint: '1', title: 'one' })
  bed.now = 123_001
  expect(await bed.surveys.of(BY_HAND)).toMatchObject({ title: 'one', notes: [] })
  expect(bed.asked.at(-1)).toEqual([BY_HAND.root, ''])
})

test.each([BY_HAND, RELEASE])('it is left alone for a minute, then tried again', async (folder) => {
  const bed = new Bed()
  bed.next = () => {
    throw new Error('no')
  }
  for (bed.now = 10; bed.now < 60_000; bed.now += 5000) await bed.surveys.of(folder)
  expect(bed.asked).toHaveLength(1)
  bed.next = () => ({ ...BLANK, fingerprint: '1', title: 'one' })
  bed.now = 60_011
  expect((await bed.surveys.of(folder)).title).toBe('one')
})
