import { beforeEach, expect, test } from 'vitest'
import { TurnedAway, type TurnedAwayRequest } from './turned-away.ts'

const MAX_OF_ADDRESS = 10
const MAX_TURNED_AWAY = 100
const MAX_TEXT_LENGTH = 300

let now: number
let turnedAway: TurnedAway

beforeEach(() => {
  now = 1000
  const networkOf = (address: string) => address.split('.').slice(0, 3).join('.')
  turnedAway = new TurnedAway(networkOf, () => now)
})

function request(changes: Partial<TurnedAwayRequest> = {}): TurnedAwayRequest {
  return {
    ...{ address: '10.0.0.7', origin: 'https://school.example', app: undefined },
    ...{ userAgent: 'curl/8.5.0', asked: 'session' },
    cause: { why: 'Pages of https://school.example may not.', remedy: 'Set BOX_ORIGINS.' },
    ...changes,
  }
}

test('who is turned away again for the same reason is counted, and is the last again', () => {
  turnedAway.note(request())
  now = 2000
  turnedAway.note(request({ address: '10.0.1.8' }))
  now = 3000
  turnedAway.note(request())
  expect(turnedAway.list()).toMatchObject([
    { address: '10.0.0.7', times: 2, firstAt: 1000, lastAt: 3000, program: 'curl/8.5.0' },
    { address: '10.0.1.8', times: 1, firstAt: 2000, lastAt: 2000 },
  ])
})

test('another reason, page, app or browser is another line', () => {
  turnedAway.note(request())
  turnedAway.note(request({ origin: undefined }))
  turnedAway.note(request({ app: 'chess' }))
  turnedAway.note(request({ userAgent: undefined }))
  turnedAway.note(request({ asked: 'file' }))
  turnedAway.note(request({ cause: { why: 'It is over.', remedy: 'Send another.' } }))
  expect(turnedAway.list()).toHaveLength(6)
})

test('a network that makes up other origins pushes out its own lines only', () => {
  turnedAway.note(request({ address: '10.0.1.8' }))
  for (let index = 0; index < 1000; index += 1) {
    turnedAway.note(
      request({ address: `10.0.0.${index % 256}`, origin: `https://${index}.example` }),
    )
  }
  const list = turnedAway.list()
  expect(list).toHaveLength(MAX_OF_ADDRESS + 1)
  expect(list.at(-1)).toMatchObject({ address: '10.0.1.8' })
  expect(list[0]).toMatchObject({ origin: 'https://999.example' })
})

test('no more lines are kept than there is room for, whoever comes', () => {
  for (let index = 0; index < 1000; index += 1)
    turnedAway.note(request({ address: `10.${index}.0.1` }))
  const list = turnedAway.list()
  expect(list).toHaveLength(MAX_TURNED_AWAY)
  expect(list[0]).toMatchObject({ address: '10.999.0.1' })
})

test('long texts are cut', () => {
  const long = 'x'.repeat(20_000)
  const cause = { why: long, remedy: long }
  turnedAway.note(request({ origin: long, app: long, userAgent: long, cause }))
  const text = JSON.stringify(turnedAway.list())
  expect(text.length).toBeLessThan(5 * MAX_TEXT_LENGTH)
})

test('the count tells when the list has changed, also when it is emptied', () => {
  turnedAway.note(request())
  turnedAway.note(request())
  expect(turnedAway.count).toBe(2)
  turnedAway.clear()
  expect(turnedAway.list()).toEqual([])
  expect(turnedAway.count).toBe(3)
})
