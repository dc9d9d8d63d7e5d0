import { Fields } from './fields.ts'
import type { Json, Ticks } from './messages.ts'

/** Ticks as JOIN and TICKS give them; anything missing is undefined. */
export function decodeTicks(action: string, args: Json | undefined): Ticks {
  const fields = new Fields(action, args)
  return {
    tick: fields.optionalNumber('tick'),
    delay: fields.optionalNumber('delay'),
    scale: fields.optionalNumber('scale'),
  }
}
