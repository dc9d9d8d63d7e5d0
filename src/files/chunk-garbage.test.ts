import { PerformanceObserver } from 'node:perf_hooks'
import { expect, test, vi } from 'vitest'
import { ChunkGarbage } from './chunk-garbage.ts'

test('is collected whenever there is much of it, and young objects only', () => {
  const collect = vi.fn()
  const garbage = new ChunkGarbage(() => collect)
  for (let count = 0; count < 20; count += 1) garbage.add(1_000_000)
  expect(collect.mock.calls).toEqual([[{ type: 'minor' }], [{ type: 'minor' }]])
})

test('is collected by V8, which shows its collector to nobody else', async () => {
  const kinds: unknown[] = []
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) kinds.push(detail)
  })
  observer.observe({ entryTypes: ['gc'] })
  new ChunkGarbage().add(100_000_000)
  await vi.waitFor(() => expect(kinds).toContainEqual(expect.objectContaining({ kind: 1 })))
  observer.disconnect()
  expect('gc' in globalThis).toBe(false)
})
