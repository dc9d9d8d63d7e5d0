import { expect, it } from 'vitest'
import { FIELD_LIMITS, type FieldName } from '../src/protocol/field-limits.ts'
import { ATTACKS } from './abuse/adversary/attacks.ts'

const used = new Set(Object.values(ATTACKS).flatMap(({ fields }) => fields))

it.each(Object.keys(FIELD_LIMITS) as FieldName[])(
  '%s, which a client can make as long as its limit, has an attack that does so',
  (name) => {
    expect([...used]).toContain(name)
  },
)
