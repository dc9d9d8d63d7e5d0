import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findingsOfMachine, type MachineLook, OLDEST_NODE } from './machine.ts'
import { probeMachine } from './machine-probe.ts'

const LOOK: MachineLook = {
  nodeVersion: '24.21.0',
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
  [{ nodeVersion: '24.9.0' }, { ...WELL, node: 'problem' }],
  [{ nodeVersion: '24.14.1' }, WELL],
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
})

it('the Node that it asks for is the one that the box is started on', () => {
  const script = readFileSync(new URL('../../scripts/pinned-node.mjs', import.meta.url), 'utf8')
  expect(script).toContain(`24: [${OLDEST_NODE.split('.').join(', ')}]`)
})
