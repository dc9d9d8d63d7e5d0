import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../test/support/certificate.ts'
import { readAuthority } from './authority-file.ts'
import { BoxClient } from './box-client.ts'
import { tokenFor } from './login.ts'

let dir: string
let servers: Server[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'client-'))
  servers = []
})
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await rm(dir, { recursive: true })
})

/** A stand-in for a box. */
async function serve(listener: RequestListener, tls?: { key: string; cert: string }): Promise<URL> {
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return new URL(`http${tls ? 's' : ''}://127.0.0.1:${port}/`)
}

const clientOf = (box: URL, authority?: string) => new BoxClient({ box, authority })
const LIST = { method: 'GET', path: 'apps' } as const

test('what is asked arrives, below the path of the box, and what is answered comes back', async () => {
  const heard: unknown[] = []
  const box = await serve(async (request, response) => {
    const { method, url, headers } = request
    heard.push([method, url, headers.authorization, headers['content-type'], await text(request)])
    response.writeHead(method === 'GET' ? 200 : 204).end(method === 'GET' ? '[1]' : '')
  })
  const client = clientOf(new URL('team/x/', box))
  expect(await client.ask({ ...LIST, token: 't' })).toEqual({ status: 200, body: [1] })
  const json = { type: 'json', value: { release: 'a' } } as const
  expect(await client.ask({ method: 'PUT', path: 'apps/a/active', body: json })).toEqual({
    status: 204,
    body: undefined,
  })
  const form = { type: 'form', boundary: 'x', stream: Readable.from(['a', 'b']) } as const
  await client.ask({ method: 'POST', path: 'apps/a', body: form })
  expect(heard).toEqual([
    ['GET', '/team/x/api/v1/apps', 'Bearer t', undefined, ''],
    ['PUT', '/team/x/api/v1/apps/a/active', undefined, 'application/json', '{"release":"a"}'],
    ['POST', '/team/x/api/v1/apps/a', undefined, 'multipart/form-data; boundary=x', 'ab'],
  ])
})

test('an upload that is refused while it is sent is given up, and the reason is told', async () => {
  const box = await serve((request, response) => {
    request.once('data', () => {
      response.writeHead(413).end('{"message":"too large"}')
      request.resume()
    })
  })
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536)
    })(),
  )
  const body = { type: 'form', boundary: 'x', stream: endless } as const
  expect(await clientOf(box).ask({ method: 'POST', path: 'apps/a', body })).toEqual({
    status: 413,
    body: { message: 'too large' },
  })
  expect(endless.destroyed).toBe(true)
})

describe('it says in words', () => {
  test('that nobody is there', async () => {
    await expect(clientOf(new URL('http://127.0.0.1:1/')).ask(LIST)).rejects.toThrow(
      'no box answers at http://127.0.0.1:1 (ECONNREFUSED): start it first, or check the address',
    )
  })

  test('that somebody else is there', async () => {
    const box = await serve((_request, response) => response.end('<h1>hello</h1>'))
    await expect(clientOf(box).ask(LIST)).rejects.toThrow(
      `what answers at ${box.href} is no box (200): check the address`,
    )
  })

  test('that the connection broke off', async () => {
    const box = await serve((request) => request.socket.destroy())
    await expect(clientOf(box).ask(LIST)).rejects.toThrow(
      `the connection to ${box.origin} broke off: try again`,
    )
  })

  test('that the certificate is not trusted, or not for this address', async () => {
    const { certificate: cert, key, issuer } = await makeCertificate(['127.0.0.1'])
    const { certificate: authority } = issuer
    const box = await serve((_request, response) => response.end('[]'), { key, cert })
    await expect(clientOf(box).ask(LIST)).rejects.toThrow(
      `this machine does not trust the certificate of ${box.origin}: ${box.origin}/trust tells how it can`,
    )
    await writeFile(join(dir, 'ca.crt'), authority)
    const trusted = await readAuthority(join(dir, 'ca.crt'))
    expect(await clientOf(box, trusted).ask(LIST)).toEqual({ status: 200, body: [] })
    const der = Buffer.from(authority.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    await writeFile(join(dir, 'ca.der'), der)
    expect((await readAuthority(join(dir, 'ca.der'))).trim()).toBe(authority.trim())
    const elsewhere = createTlsServer({ key, cert }, () => {})
    servers.push(elsewhere)
    await once(elsewhere.listen(0, '127.0.0.2'), 'listening')
    const { port } = elsewhere.address() as AddressInfo
    const other = new URL(`https://127.0.0.2:${port}/`)
    await expect(clientOf(other, trusted).ask(LIST)).rejects.toThrow(
      `the certificate of ${other.origin} is not for this address`,
    )
  })

  test('that a file is no certificate', async () => {
    await expect(readAuthority(join(dir, 'nothing'))).rejects.toThrow(
      /nothing is no certificate that can be read/,
    )
  })
})

describe('who deploys elsewhere shows', () => {
  const PASSWORD = 'an admin password'

  /** Knows the password, as the API of a box does. */
  async function loginBox(): Promise<BoxClient> {
    const box = await serve(async (request, response) => {
      const { password } = JSON.parse(await text(request)) as { password: string }
      const isRight = password === PASSWORD && request.url === '/api/v1/login'
      response.writeHead(isRight ? 200 : 401)
      response.end(JSON.stringify(isRight ? { token: 'short', expires: 'soon' } : { detail: 'no' }))
    })
    return clientOf(box)
  }
  const ask = (env: Record<string, string>, answer?: string) => async () =>
    tokenFor(await loginBox(), {
      env,
      askPassword: answer === undefined ? undefined : async () => answer,
    })

  test('a token, or the admin password: set, in a file, or typed', async () => {
    const file = join(dir, 'password')
    await writeFile(file, `${PASSWORD}\n`)
    expect(await ask({ BOX_ADMIN_TOKEN: 'long', BOX_ADMIN_PASSWORD: 'x' })()).toBe('long')
    expect(await ask({ BOX_ADMIN_PASSWORD: PASSWORD }, 'x')()).toBe('short')
    expect(await ask({ BOX_ADMIN_PASSWORD_FILE: file })()).toBe('short')
    expect(await ask({}, PASSWORD)()).toBe('short')
  })

  test('nothing that is right, and is told so', async () => {
    await expect(ask({}, 'x')()).rejects.toThrow('the admin password is wrong')
    await expect(ask({})()).rejects.toThrow('set BOX_ADMIN_PASSWORD, BOX_ADMIN_PASSWORD_FILE or')
    const gone = { BOX_ADMIN_PASSWORD_FILE: join(dir, 'nothing') }
    await expect(ask(gone)()).rejects.toThrow('BOX_ADMIN_PASSWORD_FILE cannot be read')
    const busy = await serve((_request, response) => {
      response.writeHead(429).end('{"detail":"wait a minute"}')
    })
    const credentials = { env: { BOX_ADMIN_PASSWORD: 'x' }, askPassword: undefined }
    await expect(tokenFor(clientOf(busy), credentials)).rejects.toThrow(
      'the box lets nobody log in (429): wait a minute',
    )
  })
})
