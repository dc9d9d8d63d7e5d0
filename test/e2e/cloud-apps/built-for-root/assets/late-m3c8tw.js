import * as Croquet from './client-dq0l3x.js'
// biome-ignore lint/suspicious/noImportCycles: builders leave such cycles
import { name } from './index-k2v9xa.js'

export async function start() {
  if (globalThis.timesRun !== 1) throw new Error(`${name} ran ${globalThis.timesRun} times`)
  await globalThis.startCount(Croquet)
}
