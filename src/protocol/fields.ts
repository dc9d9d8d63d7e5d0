import { CLOSE_CODE, ProtocolError } from './close-code.ts'
import type { Json } from './messages.ts'

/** A JSON object whose fields are read with their type checked; `null` counts as missing. */
export class Fields {
  readonly #action: string
  readonly #fields: { readonly [key: string]: Json }

  /** @throws {ProtocolError} 4109 if `args` is no object */
  constructor(action: string, args: Json | undefined) {
    if (typeof args !== 'object' || args === null || Array.isArray(args)) {
      throw broken(action, 'args must be an object')
    }
    this.#action = action
    this.#fields = args
  }

  json(name: string): Json | undefined {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined
  }

  optionalString(name: string): string | undefined {
    const value = this.json(name)
    if (value === undefined || typeof value === 'string') return value
    throw broken(this.#action, `${name} must be a string`)
  }

  string(name: string): string {
    const value = this.optionalString(name)
    if (value === undefined) throw broken(this.#action, `${name} is missing`)
    return value
  }

  optionalNumber(name: string): number | undefined {
    const value = this.json(name)
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
    throw broken(this.#action, `${name} must be a number`)
  }

  number(name: string): number {
    const value = this.optionalNumber(name)
    if (value === undefined) throw broken(this.#action, `${name} is missing`)
    return value
  }
}

/** A known action with args that cannot be what they should (CLOSE: 4109). */
export function broken(action: string, what: string): ProtocolError {
  return new ProtocolError(CLOSE_CODE.unknownError, `${action}: ${what}`)
}
