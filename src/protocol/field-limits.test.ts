import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MAX_CLOSE_REASON_BYTES, ProtocolError } from './close-code.ts'
import { decode } from './decode.ts'
import { FIELD_LIMITS, type FieldName } from './field-limits.ts'
import { Fields } from './fields.ts'

type FrameOf = (text: string) => object

const join =
  (field: string): FrameOf =>
  (text) => ({ action: 'JOIN', args: { version: 1, apiKey: 'none', [field]: text } })
const tutti =
  (at: number): FrameOf =>
  (text) => ({ action: 'TUTTI', args: [0, 0, 'p', null, false, null, 'k'].with(at, text) })
const SNAP = { time: 1, seq: 1, hash: 'h', url: 'u' }

/** A frame that has the text in that field. */
const FRAMES: Record<FieldName, FrameOf> = {
  'JOIN.name': join('name'),
  'JOIN.appId': join('appId'),
  'JOIN.persistentId': join('persistentId'),
  'JOIN.tove': join('tove'),
  'JOIN.heraldUrl': join('heraldUrl'),
  'JOIN.url': join('url'),
  'JOIN.user': join('user'),
  'JOIN.sdk': join('sdk'),
  'JOIN.developerId': join('developerId'),
  'JOIN.codeHash': join('codeHash'),
  'JOIN.dormantDelay': join('dormantDelay'),
  'JOIN.location': join('location'),
  'SEND.args': (text) => ({ action: 'SEND', args: [0, 0, text] }),
  'SEND.msgID': (text) => ({
    ...{ action: 'SEND', args: [0, 0, 'p'], tags: { debounce: 1, msgID: text } },
  }),
  'TUTTI.payload': tutti(2),
  'TUTTI.firstMsg': (text) => ({
    ...{ action: 'TUTTI', args: [0, 0, 'p', [0, 0, text], false, null, 'k'] },
  }),
  'TUTTI.tallyTarget': tutti(5),
  'TUTTI.tuttiKey': tutti(6),
  'SNAP.hash': (hash) => ({ action: 'SNAP', args: { ...SNAP, hash } }),
  'SNAP.url': (url) => ({ action: 'SNAP', args: { ...SNAP, url } }),
  'SAVE.url': (url) => ({ action: 'SAVE', args: { url } }),
  'PING.args': (args) => ({ action: 'PING', args }),
  'LOG.args': (args) => ({ action: 'LOG', args }),
  'unknown.action': (action) => ({ action }),
}

const names = Object.keys(FIELD_LIMITS) as FieldName[]
const limited = names.filter((name) => FIELD_LIMITS[name].longest < Infinity)

function decoded(name: FieldName, length: number): string {
  return JSON.stringify(decode(JSON.stringify(FRAMES[name]('x'.repeat(length)))))
}

describe('[LIMIT12] a field', () => {
  it.each(limited)('%s is taken whole when it is as long as it may be', (name) => {
    const { longest } = FIELD_LIMITS[name]
    expect(decoded(name, longest)).toContain('x'.repeat(longest))
  })

  const refused = limited.filter((name) => FIELD_LIMITS[name].beyond === 'refused')
  it.each(refused)('%s that is longer closes with 4109 and its name', (name) => {
    const [action, field] = name.split('.')
    try {
      decoded(name, FIELD_LIMITS[name].longest + 1)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError)
      const { closeCode, message } = error as ProtocolError
      expect([closeCode, message.startsWith(`${action}: ${field} is longer`)]).toEqual([4109, true])
      expect(message.length).toBeLessThanOrEqual(MAX_CLOSE_REASON_BYTES)
    }
  })

  const cut = limited.filter((name) => FIELD_LIMITS[name].beyond === 'cut')
  it.each(cut)('%s that is longer is cut', (name) => {
    const { longest } = FIELD_LIMITS[name]
    const text = decoded(name, longest + 1000)
    expect(text).toContain('x'.repeat(longest))
    expect(text).not.toContain('x'.repeat(longest + 1))
  })

  it('of JSON counts as long as its JSON', () => {
    const user = { id: 'u', data: 'x'.repeat(FIELD_LIMITS['JOIN.user'].longest) }
    const frame = { action: 'JOIN', args: { version: 1, apiKey: 'none', user } }
    expect(() => decode(JSON.stringify(frame))).toThrow('JOIN: user is longer than')
  })

  it('that the table does not have cannot be read', () => {
    const fields = new Fields('SAVE', { other: 'x' })
    // @ts-expect-error: no limit says how long it may be
    expect(() => fields.optionalString('other')).toThrow(TypeError)
  })
})

it('docs/protocol.md has the table', () => {
  const docs = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
  for (const name of names) {
    const { longest, countsIn, beyond } = FIELD_LIMITS[name]
    const length = longest === Infinity ? 'as its frame' : longest.toLocaleString('en-US')
    const row = new RegExp(
      `^\\| \`${name}\` +\\| +${length} +\\| ${countsIn} +\\| ${beyond} +\\|$`,
      'm',
    )
    expect(docs).toMatch(row)
  }
})
