import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Written to `clear_refs`: the peak starts anew from what is resident now. */
const FORGET_PEAK = '5'
const BYTES_PER_KB = 1024

/** What some processes use together. NaN where there is no /proc. */
export interface ProcessUsage {
  /** user and system, of all threads, so far */
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** the most that was resident since {@link forgetPeaks} */
  readonly peakBytes: number
}

/** CPU time of all threads of a process so far, user and system (s); NaN if it cannot be known. */
export function cpuSecondsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
      const schedule = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1')
      return sum + Number(schedule.split(' ')[0]) / 1e9
    }, 0)
  } catch {
    return Number.NaN
  }
}

/** A process and all that it started, directly or not. */
export function familyOf(pid: number): number[] {
  const children = Map.groupBy(processes(), parentOf)
  const family = [pid]
  for (const member of family) family.push(...(children.get(member) ?? []))
  return family
}

export function usageOf(pids: readonly number[]): ProcessUsage {
  const status = pids.map((pid) => readProcess(pid, 'status') ?? '')
  return {
    cpuSeconds: sum(pids.map(cpuSecondsOf)),
    residentBytes: sum(status.map((text) => bytesIn(text, /^VmRSS:\s+(\d+)/m))),
    peakBytes: sum(status.map((text) => bytesIn(text, /^VmHWM:\s+(\d+)/m))),
  }
}

export function forgetPeaks(pids: readonly number[]): void {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, FORGET_PEAK)
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function parentOf(pid: number): number | undefined {
  const stat = readProcess(pid, 'stat')
  // The name, in parentheses, may have spaces and parentheses in it; the state comes next, then the parent.
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  return parent === undefined ? undefined : Number(parent)
}

/** Undefined if the process has gone meanwhile. */
function readProcess(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return undefined
  }
}

function bytesIn(status: string, line: RegExp): number {
  return Number(line.exec(status)?.[1]) * BYTES_PER_KB
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
