import type { Fields } from './fields.ts'
import type { Ticks } from './messages.ts'

/** Ticks as JOIN and TICKS give them; anything missing is undefined. */
export function decodeTicks(fields: Pick<Fields<never>, 'optionalNumber'>): Ticks {
  return {
    tick: fields.optionalNumber('tick'),
    delay: fields.optionalNumber('delay'),
    scale: fields.optionalNumber('scale'),
  }
}
