import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DIFFERENCES } from './differences.ts'
import { describeConformance } from './suite.ts'
import { openTarget, type Target } from './target.ts'
import { UNTESTED } from './untested.ts'

/** Most tests wait most of the time. */
vi.setConfig({ maxConcurrency: 16 })

let target: Target
let close: (() => Promise<void>) | undefined

beforeAll(async () => {
  const opened = await openTarget()
  target = opened.target
  close = opened.close
})

afterAll(() => close?.())

const tested = describeConformance(() => target)

describe('docs/protocol.md', () => {
  test('each rule has a test, or a reason why not', async () => {
    const rules = matches(await readDocument(), /^- \*\*([A-Z]+\d+)\*\*/gm).map(([, id]) => id)
    expect(new Set(rules).size).toBe(rules.length)
    expect([...tested, ...Object.keys(UNTESTED)].toSorted()).toEqual(rules.toSorted())
  })

  test('each difference from the reference is listed', async () => {
    const [, table = ''] = (await readDocument()).split('\n## Differences from the reference')
    const rows = matches(table, /^\| ([A-Z]+\d+) +\| (.*?) +\|$/gm).map(([, id, why]) => [id, why])
    expect(Object.fromEntries(rows)).toEqual(DIFFERENCES)
  })

  test('each difference from the reference has a test', () => {
    expect([...tested]).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)))
  })
})

function readDocument(): Promise<string> {
  return readFile(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
}

function matches(text: string, pattern: RegExp): RegExpExecArray[] {
  return [...text.matchAll(pattern)]
}
