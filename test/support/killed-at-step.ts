import { spawnSync } from 'node:child_process'

/** Functions of `node:fs` that change a folder. */
const CHANGES = ['mkdirSync', 'renameSync', 'rmSync', 'rmdirSync', 'writeFileSync']

/**
 * Options of Node by which a process is killed just before the n-th change that it makes to a folder at
 * once, without waiting (by the `…Sync` functions of Node).
 */
export function killingAt(step: number): readonly string[] {
  const preload = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    let steps = 0
    for (const name of ${JSON.stringify(CHANGES)}) {
      const change = fs[name]
      fs[name] = (...args) => {
        steps += 1
        if (steps === ${step}) process.kill(process.pid, 'SIGKILL')
        return change(...args)
      }
    }
    syncBuiltinESMExports()`
  return ['--import', `data:text/javascript,${encodeURIComponent(preload)}`]
}

/**
 * Runs a program in a process that is killed at this step.
 * @param program an ES module
 * @returns whether it was killed; it ended by itself otherwise
 */
export function isKilledAt(step: number, program: string): boolean {
  const args = [...killingAt(step), '--input-type=module', '--eval', program]
  const { signal, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`it failed: ${stderr}`)
  return signal === 'SIGKILL'
}
