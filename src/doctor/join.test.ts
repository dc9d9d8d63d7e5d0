import { describe, expect, it } from 'vitest'
import { addressOf } from './address.ts'
import { findingOfDoor, findingsOfJoin, type Join, type Joined } from './join.ts'

const ADDRESS = addressOf('https://box.school/team/')
const WELL: Joined = {
  tag: 'joined',
  isSameTimeline: true,
  isSameOrder: true,
  messageMs: 3,
  tickGapMs: 60,
  snapshotTrouble: '',
  snapshotUrl: 'https://box.school/team/files/snapshots/x/y.snap',
}

const statuses = (join: Join) =>
  Object.fromEntries(findingsOfJoin(join, ADDRESS).map(({ id, status }) => [id, status]))
const oneOf = (join: Join, id: string) =>
  findingsOfJoin(join, ADDRESS).find((finding) => finding.id === id)

it('who joins and hears everything finds nothing wrong', () => {
  expect(statuses(WELL)).toEqual({ join: 'ok', ticks: 'ok', address: 'ok' })
})

describe('two clients', () => {
  it.each<[changes: Partial<Joined>, status: string, text: string]>([
    [{ isSameTimeline: false }, 'problem', 'two clients came to different boxes'],
    [{ isSameOrder: false }, 'problem', 'heard different things'],
    [{ messageMs: 900 }, 'warning', 'a message takes 900 ms'],
  ])('with %o: %s', (changes, status, text) => {
    const finding = oneOf({ ...WELL, ...changes }, 'join')
    expect(finding).toMatchObject({ status, text: expect.stringContaining(text) })
    expect(finding?.advice).not.toBe('')
  })
})

it('ticks that are held up are told', () => {
  expect(oneOf({ ...WELL, tickGapMs: 5200 }, 'ticks')).toMatchObject({
    status: 'warning',
    text: expect.stringContaining('5.2 s apart'),
  })
})

describe('the address that clients are told', () => {
  it.each([
    ['http://127.0.0.1:8888/', 'does not say the host', 'X-Forwarded-Host'],
    ['http://box.school/team/', 'come by https', 'X-Forwarded-Proto'],
    ['https://box.school:8443/team/', 'does not say the port', '$http_host'],
    ['https://box.school/', 'the path below which', 'X-Forwarded-Prefix /team;'],
  ])('%s is wrong: the proxy %s', (told, text, advice) => {
    const snapshotUrl = `${told}files/snapshots/x/y.snap`
    expect(oneOf({ ...WELL, snapshotUrl }, 'address')).toMatchObject({
      status: 'problem',
      text: expect.stringContaining(text),
      advice: expect.stringContaining(advice),
    })
  })

  it('is not known where nothing could be uploaded', () => {
    const finding = oneOf({ ...WELL, snapshotTrouble: 'too large', snapshotUrl: '' }, 'address')
    expect(finding).toMatchObject({ status: 'skipped', text: expect.stringContaining('too large') })
  })

  it('that is missing is a problem', () => {
    expect(oneOf({ ...WELL, snapshotUrl: '' }, 'address')?.status).toBe('problem')
  })
})

describe('who does not get in', () => {
  it.each<[join: Join, status: string, text: string, advice: string]>([
    [{ tag: 'refused', status: 404, sentence: '' }, 'problem', 'answered with 404', 'Upgrade'],
    [
      { tag: 'refused', status: 401, sentence: 'this box asks for a passphrase' },
      'skipped',
      'this box asks for a passphrase',
      'npm run invite',
    ],
    [
      { tag: 'refused', status: 403, sentence: 'this box is for the people on its own network' },
      'problem',
      'for the people on its own network',
      'npm run invite',
    ],
    [{ tag: 'refused', status: 429, sentence: 'too many' }, 'warning', 'too much at once', 'Wait'],
    [{ tag: 'refused', status: 503, sentence: 'try again soon' }, 'problem', '503', 'log'],
    [{ tag: 'failed', reason: 'nothing came within 4 s' }, 'problem', 'within 4 s', 'proxy'],
  ])('because of %o', (join, status, text, advice) => {
    expect(findingsOfJoin(join, ADDRESS)).toEqual([
      {
        id: 'join',
        status,
        text: expect.stringContaining(text),
        advice: expect.stringContaining(advice),
      },
    ])
  })

  it('without a token is told of it: a closed door is meant, a stranger perhaps not', () => {
    const refused = { tag: 'refused', sentence: '192.0.2.2 is not on its network' } as const
    expect(findingOfDoor({ ...refused, status: 401 }).status).toBe('ok')
    expect(findingOfDoor({ ...refused, status: 403 })).toMatchObject({
      status: 'warning',
      text: expect.stringContaining('192.0.2.2'),
      advice: expect.stringContaining('BOX_ALLOW'),
    })
  })
})
