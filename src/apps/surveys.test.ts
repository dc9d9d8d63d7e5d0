import { expect, test } from 'vitest'
import type { AppSurvey } from './app-survey.ts'
import { BLANK, Surveys } from './surveys.ts'

const BY_HAND = { name: 'a', root: '/web/apps/a', isRelease: false }
const RELEASE = { name: 'b', root: '/files/apps/b/1', isRelease: true }

/** Answers surveys with what is in `next`, and notes what was asked. */
function bed() {
  const asked: Array<readonly [root: string, known: string | undefined]> = []
  const failures: unknown[] = []
  const bench = {
    now: 0,
    next: (): AppSurvey | undefined => ({ ...BLANK, fingerprint: '1', title: 'one' }),
    asked,
    failures,
    surveys: new Surveys({
      workshop: {
        survey: async (root, _versions, known) => {
          asked.push([root, known])
          return bench.next()
        },
      },
      versions: {},
      now: () => bench.now,
      onFailure: (error, root) => failures.push([String(error), root]),
    }),
  }
  return bench
}

test('a release is looked at once', async () => {
  const bench = bed()
  expect(bench.surveys.known(RELEASE)).toBeUndefined()
  const both = [bench.surveys.of(RELEASE), bench.surveys.of(RELEASE)]
  expect((await Promise.all(both)).map(({ title }) => title)).toEqual(['one', 'one'])
  bench.now = 1e9
  expect((await bench.surveys.of(RELEASE)).title).toBe('one')
  expect(bench.asked).toEqual([[RELEASE.root, undefined]])
})

test('a folder that people may change is looked at again after a while', async () => {
  const bench = bed()
  bench.now = 10
  await bench.surveys.of(BY_HAND)
  bench.now = 2009
  await bench.surveys.of(BY_HAND)
  bench.now = 2011
  bench.next = () => undefined
  expect((await bench.surveys.of(BY_HAND)).title).toBe('one')
  bench.now = 4020
  bench.next = () => ({ ...BLANK, fingerprint: '2', title: 'two' })
  expect(bench.surveys.known(BY_HAND)?.title).toBe('one')
  expect((await bench.surveys.of(BY_HAND)).title).toBe('two')
  expect(bench.asked.map(([, known]) => known)).toEqual([undefined, '1', '1'])
})

test('an app that cannot be looked at is one of which nothing is known, or what was known before', async () => {
  const bench = bed()
  bench.next = () => {
    throw new Error('no')
  }
  expect(await bench.surveys.of(BY_HAND)).toEqual(BLANK)
  expect(bench.failures).toEqual([['Error: no', BY_HAND.root]])
  bench.next = () => ({ ...BLANK, fingerprint: '1', title: 'one' })
  bench.now = 1
  await bench.surveys.of(BY_HAND)
  bench.next = () => {
    throw new Error('no')
  }
  bench.now = 3000
  expect((await bench.surveys.of(BY_HAND)).title).toBe('one')
})
