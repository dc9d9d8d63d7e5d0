// A thread of `descriptor-table.ts`; no TypeScript, which it would take longer to load than to run.
import { closeSync, openSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const NOTHING = '/dev/null'

const descriptors = []
try {
  while (descriptors.length < workerData) descriptors.push(openSync(NOTHING))
} finally {
  for (const descriptor of descriptors) closeSync(descriptor)
}
