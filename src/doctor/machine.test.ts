import { expect, it } from 'vitest'
import { findingsOfMachine, type MachineLook } from './machine.ts'
import { probeMachine } from './machine-probe.ts'

const LOOK: MachineLook = {
  nodeVersion: '24.21.0',
  engines: '>=22.18',
  memoryBytes: 8_000_000_000,
  heapBytes: 2_000_000_000,
  openFiles: 100_000,
}
const NEEDS = { maxConnections: 20_000, maxUploads: 500, historiesBytes: 500_000_000 }

const statuses = (look: MachineLook, needs = NEEDS) =>
  Object.fromEntries(findingsOfMachine(look, needs).map(({ id, status }) => [id, status]))
const WELL = { node: 'ok', memory: 'ok', 'open-files': 'ok' }

it.each<[changes: Partial<MachineLook>, expected: object]>([
  [{}, WELL],
  [{ nodeVersion: '22.9.0' }, { ...WELL, node: 'problem' }],
  [{ nodeVersion: '22.18.0' }, WELL],
  [{ memoryBytes: 256_000_000 }, { ...WELL, memory: 'warning' }],
  [{ heapBytes: 900_000_000 }, { ...WELL, memory: 'warning' }],
  [{ openFiles: 1024 }, { ...WELL, 'open-files': 'warning' }],
])('with %o', (changes, expected) => {
  expect(statuses({ ...LOOK, ...changes })).toEqual(expected)
})

it('what the system does not tell is not in it', () => {
  expect(statuses({ ...LOOK, openFiles: undefined })).toEqual({ node: 'ok', memory: 'ok' })
})

it('sessions without a limit may need more than there is', () => {
  expect(statuses(LOOK, { ...NEEDS, historiesBytes: Infinity }).memory).toBe('warning')
})

it('this machine can be asked', async () => {
  const look = await probeMachine()
  expect(look.memoryBytes).toBeGreaterThan(100_000_000)
  expect(look.heapBytes).toBeGreaterThan(10_000_000)
  expect(look.engines).toMatch(/^>=\d/)
})
