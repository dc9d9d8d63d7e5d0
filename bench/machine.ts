import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, type } from 'node:os'
import { join } from 'node:path'
import { median } from './statistics.ts'
import { UsageError } from './usage-error.ts'

/** File systems by the numbers that Linux gives them. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'XFS'],
  [0x9123683e, 'Btrfs'],
  [0x794c7630, 'overlay'],
  [0x01021994, 'tmpfs'],
])
const FLUSHES = 40
const PAGE_BYTES = 4096

/** One line on what is measured on, and how busy it is with other things: to be asked before a measurement. */
export function describeMachine(dir: string): string {
  const cores = availableParallelism()
  return [
    `${cores} ${cores === 1 ? 'core' : 'cores'} (${cpus()[0]?.model.trim()})`,
    `${type()} ${release().split('-')[0]}`,
    `disk: ${fileSystemOf(dir)}, ${measureFlush(dir).toFixed(2)} ms to write a page through to it`,
    `Node ${process.versions.node}`,
    `load average ${loadavg()[0]?.toFixed(1)} before it began`,
    new Date().toISOString().slice(0, 10),
  ].join('; ')
}

/** Refuses a folder in memory: on it, every durability costs the same. */
export function expectDisk(dir: string): void {
  if (fileSystemOf(dir) === 'tmpfs')
    throw new UsageError(`${dir} is in memory: choose a folder on a disk`)
}

/** CPU time of the whole machine so far, all but idle (s). */
export function machineCpuSeconds(): number {
  return cpus().reduce(
    (sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) / 1000,
    0,
  )
}

function fileSystemOf(dir: string): string {
  const { type: number } = statfsSync(dir)
  return FILE_SYSTEMS.get(number) ?? `type 0x${number.toString(16)}`
}

/** What `power` waits for at each commit: median (ms). */
function measureFlush(dir: string): number {
  const path = join(dir, 'flush')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(PAGE_BYTES, 1)
  const times = Array.from({ length: FLUSHES }, () => {
    const start = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  rmSync(path)
  return median(times)
}
