import type { Abuse } from './abuse.ts'
import { flood } from './flood.ts'
import { idleCrowd } from './idle-crowd.ts'
import { slowReaders } from './slow-readers.ts'

/** All abuses, by name. */
export const ABUSERS = { idleCrowd, flood, slowReaders } satisfies Record<string, Abuse>

export type AbuserName = keyof typeof ABUSERS
