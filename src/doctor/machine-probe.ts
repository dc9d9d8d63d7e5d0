import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { MachineLook } from './machine.ts'

/** Looks at what this program gets, which is what a box gets that the same person starts. */
export async function probeMachine(): Promise<MachineLook> {
  const total = totalmem()
  return {
    nodeVersion: process.versions.node,
    // 0, or more than there is: nothing is held back.
    memoryBytes: Math.min(process.constrainedMemory() || total, total),
    heapBytes: getHeapStatistics().heap_size_limit,
    openFiles: await openFiles(),
  }
}

/** Only Linux tells without a program of its own. */
async function openFiles(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const found = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return found === undefined ? undefined : Number(found)
}
