import { constants, setPriority } from 'node:os'
import { quickCheck } from '../db/quick-check.ts'
import type { CheckOutcome } from './database-check.ts'

// Behind the box, but not for ever: the write-ahead log grows for as long as this reads.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
process.send?.(outcome(process.argv[2] ?? ''))

function outcome(path: string): CheckOutcome {
  try {
    return { tag: 'checked', findings: quickCheck(path) }
  } catch (error) {
    return { tag: 'failed', reason: (error as Error).message }
  }
}
