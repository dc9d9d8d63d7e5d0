import type { FieldName } from '../../../src/protocol/field-limits.ts'
import type { Battlefield } from './battlefield.ts'

/**
 * What of a box's memory an attack may fill, beside what every box needs for its work. `histories` are what sessions
 * keep, beside their history as well (LIMIT7, LIMIT14).
 */
export type Store = 'histories' | 'backlogs' | 'unfinished' | 'log'

/** Something that one visitor of the network can do, by web sockets, as much as it likes. */
export interface Attack {
  readonly title: string
  /** which fields are as long as they may be */
  readonly fields: readonly FieldName[]
  /** what it fills, to the brim if it goes on for long */
  readonly fills: readonly Store[]
  /** Goes on until the battlefield's time is up. Its sockets stay open. */
  readonly run: (field: Battlefield) => Promise<void>
}
