import { CLOSE_CODE, ProtocolError } from './close-code.ts'
import { type FieldName, keptJson, keptText } from './field-limits.ts'
import type { Json } from './messages.ts'

/** The fields of an action that may hold text: those with a limit (LIMIT12). */
type TextField<Action extends string> = FieldName extends infer Name
  ? Name extends `${Action}.${infer Field}`
    ? Field
    : never
  : never

/**
 * A JSON object whose fields are read with their type and length checked; `null` counts as missing.
 * What holds text can be read only if {@link FIELD_LIMITS} says how long it may be.
 */
export class Fields<Action extends string> {
  readonly #action: Action
  readonly #fields: { readonly [key: string]: Json }

  /** @throws {ProtocolError} 4109 if `args` is no object */
  constructor(action: Action, args: Json | undefined) {
    if (!isObject(args)) throw broken(action, 'args must be an object')
    this.#action = action
    this.#fields = args
  }

  /** Whether it is there, and not 0, "" or false. */
  isSet(name: string): boolean {
    return Boolean(this.#value(name))
  }

  /** What is below a field, without the fields of {@link Fields} itself; undefined if it is no object. */
  flags(name: string): ReadonlyMap<string, Json> {
    const value = this.#value(name)
    return new Map(typeof value === 'object' ? Object.entries(value) : [])
  }

  json(name: TextField<Action>): Json | undefined {
    const value = this.#value(name)
    return value === undefined ? undefined : keptJson(this.#limitOf(name), value)
  }

  optionalString(name: TextField<Action>): string | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    if (typeof value !== 'string') throw broken(this.#action, `${name} must be a string`)
    // Half a character would come back from the store as another text.
    return keptText(this.#limitOf(name), value.toWellFormed())
  }

  string(name: TextField<Action>): string {
    const value = this.optionalString(name)
    if (value === undefined) throw broken(this.#action, `${name} is missing`)
    return value
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#value(name)
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
    throw broken(this.#action, `${name} must be a number`)
  }

  number(name: string): number {
    const value = this.optionalNumber(name)
    if (value === undefined) throw broken(this.#action, `${name} is missing`)
    return value
  }

  /** The fields of an object that is one; of an empty one if there is none. */
  below(name: string): Fields<Action> {
    return new Fields(this.#action, this.#value(name) ?? {})
  }

  #value(name: string): Exclude<Json, null> | undefined {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined
  }

  #limitOf(name: TextField<Action>): FieldName {
    return `${this.#action}.${name}` as FieldName
  }
}

export function isObject(args: Json | undefined): args is { [key: string]: Json } {
  return typeof args === 'object' && args !== null && !Array.isArray(args)
}

/** A known action with args that cannot be what they should (CLOSE: 4109). */
export function broken(action: string, what: string): ProtocolError {
  return new ProtocolError(CLOSE_CODE.unknownError, `${action}: ${what}`)
}
