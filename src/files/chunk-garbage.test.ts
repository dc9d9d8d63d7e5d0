import { expect, test, vi } from 'vitest'
import { ChunkGarbage } from './chunk-garbage.ts'

test('is collected whenever there is much of it, and young objects only', () => {
  const collect = vi.fn()
  const garbage = new ChunkGarbage(() => collect)
  for (let count = 0; count < 20; count += 1) garbage.add(1_000_000)
  expect(collect.mock.calls).toEqual([[{ type: 'minor' }], [{ type: 'minor' }]])
})

test('is gone when V8 was told of it, and nobody else is shown the collector', async () => {
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 10; count += 1) Buffer.alloc(1_000_000)
  expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(before + 5_000_000)
  new ChunkGarbage().add(10_000_000)
  // Another thread gives the memory back.
  await expect.poll(() => process.memoryUsage().arrayBuffers).toBeLessThan(before + 5_000_000)
  expect('gc' in globalThis).toBe(false)
})
