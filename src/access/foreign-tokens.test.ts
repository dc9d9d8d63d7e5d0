import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ForeignTokens, type Issuer } from './foreign-tokens.ts'

const SECRET = 's'.repeat(32)
const NOW_S = 1_900_000_000
let logged: object[]
let nowS: number
const clock = { now: () => nowS * 1000, wallTime: () => nowS * 1000 }
const log = {
  notice: () => {},
  warn: () => {},
  error: (fields: object) => void logged.push(fields),
}

beforeEach(() => {
  logged = []
  nowS = NOW_S
})

const bySecret = (rest: Partial<Issuer> = {}) =>
  new ForeignTokens(
    { key: { kind: 'secret', secret: SECRET }, issuer: undefined, audience: undefined, ...rest },
    clock,
    log,
  )

function token(claims: object, secret = SECRET, alg = 'HS256'): Promise<string> {
  return new SignJWT({ exp: NOW_S + 60, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret))
}

describe('[ACCESS5] a token signed by the secret', () => {
  test.each([
    [
      {},
      {
        ...{ role: 'participant', who: 'token' },
        ...{ appId: undefined, persistentId: undefined, sessionId: undefined },
      },
    ],
    [
      { role: 'viewer', sub: 'ada' },
      { role: 'viewer', who: 'token of ada' },
    ],
    [
      { role: 'admin', appId: 'org.app', sessionId: 'x' },
      { appId: 'org.app', sessionId: 'x' },
    ],
    [
      { appId: 'org.app', persistentId: 'p', sessionId: 'x' },
      { appId: 'org.app', persistentId: 'p', sessionId: 'x' },
    ],
    [
      { app: 'org.app', session: 'x' },
      { appId: 'org.app', sessionId: 'x' },
    ],
  ])('with %j is good for %j', async (claims, pass) => {
    const verdict = await bySecret().verify(await token(claims))
    expect(verdict).toMatchObject({ tag: 'good', pass })
  })

  test('is good until it runs out, and a little longer', async () => {
    const tokens = bySecret()
    const text = await token({})
    const verdict = await tokens.verify(text)
    const isGood = () => verdict.tag === 'good' && verdict.pass.isGood()
    nowS = NOW_S + 89
    expect(isGood()).toBe(true)
    expect(await tokens.verify(text)).toMatchObject({ tag: 'good' })
    nowS = NOW_S + 91
    expect(isGood()).toBe(false)
    expect(await tokens.verify(text)).toEqual({
      tag: 'bad',
      reason: expect.stringContaining('run out'),
    })
  })

  test.each([
    ['has another role', () => token({ role: 'king' })],
    ['has an app that is no text', () => token({ app: 7 })],
    ['has an empty session', () => token({ session: '' })],
    ['has a persistentId that is no text', () => token({ persistentId: [] })],
    ['does not run out', () => token({ exp: undefined })],
    ['is not good yet', () => token({ nbf: NOW_S + 3600 })],
    ['is signed by another', () => token({}, 'x'.repeat(32))],
    ['is signed in another way', () => token({}, 's'.repeat(64), 'HS512')],
    ['is none', async () => 'guess'],
  ])('that %s is bad', async (_, make) => {
    expect(await bySecret().verify(await make())).toMatchObject({ tag: 'bad' })
  })

  test('has to be of the issuer and for the audience that are set', async () => {
    const tokens = bySecret({ issuer: 'school', audience: 'box' })
    const tagOf = async (claims: object) => (await tokens.verify(await token(claims))).tag
    expect(await tagOf({ iss: 'school', aud: ['box', 'x'] })).toBe('good')
    expect(await tagOf({ iss: 'school' })).toBe('bad')
    expect(await tagOf({ iss: 'other', aud: 'box' })).toBe('bad')
  })
})

describe('[ACCESS5] a token signed by a key that the issuer publishes', () => {
  let server: Server
  let answer: { readonly status: number; readonly body: string }
  const key = () => generateKeyPair('ES256')
  const byKeys = () => {
    const { port } = server.address() as AddressInfo
    const source = { kind: 'jwks', url: `http://127.0.0.1:${port}/keys` } as const
    return new ForeignTokens({ key: source, issuer: undefined, audience: undefined }, clock, log)
  }

  beforeEach(async () => {
    answer = { status: 500, body: '' }
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('is good, and one signed by another is not', async () => {
    const [{ publicKey, privateKey }, other] = [await key(), await key()]
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one' }
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) }
    const sign = (by: typeof privateKey, kid = 'one') =>
      new SignJWT({ exp: NOW_S + 60 }).setProtectedHeader({ alg: 'ES256', kid }).sign(by)
    const tokens = byKeys()
    expect(await tokens.verify(await sign(privateKey))).toMatchObject({ tag: 'good' })
    expect(await tokens.verify(await sign(other.privateKey))).toMatchObject({ tag: 'bad' })
    expect(await tokens.verify(await sign(privateKey, 'two'))).toMatchObject({ tag: 'bad' })
  })

  test('is bad if the public key was taken for a secret', async () => {
    const jwk = await exportJWK((await key()).publicKey)
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) }
    const forged = await token({ role: 'admin' }, JSON.stringify(jwk))
    expect(await byKeys().verify(forged)).toMatchObject({ tag: 'bad' })
  })

  test('cannot be judged while the keys cannot be fetched; the log says so once a minute', async () => {
    const { privateKey } = await key()
    const text = await new SignJWT({ exp: NOW_S + 600 })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(privateKey)
    const tokens = byKeys()
    for (let tries = 0; tries < 3; tries++) {
      expect(await tokens.verify(text)).toMatchObject({ tag: 'unclear' })
    }
    answer = { status: 200, body: 'no keys' }
    expect(await tokens.verify(text)).toMatchObject({ tag: 'unclear' })
    expect(logged).toMatchObject([{ event: 'keys-unavailable' }])
    nowS += 60
    await tokens.verify(text)
    expect(logged).toHaveLength(2)
  })
})
