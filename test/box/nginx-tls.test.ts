import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkServerIdentity, connect, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { authorityOf, makeCertificate } from '../support/certificate.ts'
import { type ProbeAnswer, probe } from '../support/http-probe.ts'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { RawClients, randomSessionId } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const trustedBefore = getCACertificates('default')
const clients = new RawClients()
let box: TestBox
let nginx: TestNginx
let authority: string

beforeAll(async () => {
  box = await startBox({ BOX_TLS: 'local-ca', BOX_TRUSTED_PROXIES: 'loopback' })
  authority = await authorityOf(box)
  // nginx is another user, and of the group.
  await chmod(box.filesDir, 0o750)
  nginx = await startNginx(box.port, { certificateDir: join(box.filesDir, 'tls') })
})

afterEach(() => clients.closeAll())

afterAll(async () => {
  setDefaultCACertificates(trustedBefore)
  await nginx?.stop()
  await box?.stop()
})

describe('nginx', () => {
  test.each(['tls1_2', 'tls1_3'])('speaks %s', async (version) => {
    expect(await handshake(`-${version}`)).toMatch(/^Verification error: unable to/m)
  })

  test.each(['tls1', 'tls1_1'])('refuses %s', async (version) => {
    const client = [`-${version}`, '-cipher', 'DEFAULT@SECLEVEL=0']
    expect(await handshake(...client)).toContain('alert protocol version')
  })

  test.each([
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
  ])('knows %s', async (cipher) => {
    expect(await handshake('-tls1_2', '-cipher', cipher)).toContain(`Cipher is ${cipher}`)
  })

  test.each(['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384'])(
    'does not take %s, which is of old',
    async (cipher) => {
      expect(await handshake('-tls1_2', '-cipher', cipher)).toContain('alert handshake failure')
    },
  )

  test('gives no tickets', async () => {
    const shown = await handshake('-tls1_2')
    expect(shown).toContain('Session-ID:')
    expect(shown).not.toContain('TLS session ticket')
  })

  /** What `openssl s_client` shows. */
  function handshake(...args: readonly string[]): Promise<string> {
    const where = ['-connect', new URL(nginx.httpsUrl).host]
    return new Promise((resolve) => {
      const client = execFile('openssl', ['s_client', ...where, ...args], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      )
      client.stdin?.end()
    })
  }
})

describe('a new certificate', () => {
  test('is shown at the next handshake, while a web socket stays open', async () => {
    setDefaultCACertificates([...trustedBefore, authority])
    const url = `${nginx.httpsUrl}/reflector`
    const client = await clients.connect(url, randomSessionId())
    await client.join()
    await expect(isTrustedFor('192.168.77.5')).rejects.toThrow('not in the cert')
    await askFor('192.168.77.5:8080', Number(new URL(nginx.httpUrl).port))
    await vi.waitFor(() => isTrustedFor('192.168.77.5'), { timeout: 15_000, interval: 100 })
    client.send('SEND', [0, 0, 'still here'])
    await client.next('RECV', (message) => message[2] === 'still here')
  })

  test('is made for the host of a web socket, too', async () => {
    const headers = { host: 'socket.local' }
    const client = await clients.connect(nginx.httpUrl, randomSessionId(), { headers })
    await client.join()
    await vi.waitFor(() => isTrustedFor('socket.local'), { timeout: 15_000, interval: 100 })
  })

  test('is not made for the host of somebody who is not let in', async () => {
    const closed = await startBox({ BOX_TLS: 'local-ca', BOX_ACCESS: 'invite' })
    try {
      expect((await askFor('stranger.local', closed.port)).status).toBe(401)
      expect((await askFor('passer-by.local', closed.port, '/healthz')).status).toBe(200)
      await askFor('known.local', closed.port, '/trust/about.json')
      const untilMade = () => expect(madeFor(closed)).toContain('known.local')
      await vi.waitFor(untilMade, { timeout: 15_000, interval: 100 })
      expect(madeFor(closed)).not.toContain('stranger.local')
      expect(madeFor(closed)).not.toContain('passer-by.local')
    } finally {
      await closed.stop()
    }
  })

  /** Rejects if a browser would not go there. */
  async function isTrustedFor(host: string): Promise<void> {
    const { port } = new URL(nginx.httpsUrl)
    const socket = connect({
      ...{ host: '127.0.0.1', port: Number(port), ca: authority },
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    })
    try {
      await once(socket, 'secureConnect')
    } finally {
      socket.destroy()
    }
  }

  /** `fetch` says by itself which host it means. */
  function askFor(host: string, port: number, path = '/'): Promise<ProbeAnswer> {
    return probe(port, { path, headers: { host } })
  }

  function madeFor({ logLines }: TestBox): readonly string[] {
    const line = logLines.findLast((each) => each.includes('certificate-made'))
    return JSON.parse(line ?? '{"names":[]}').names
  }
})

test('without a certificate http goes on, and https fails', async () => {
  const plain = await startNginx(box.port)
  try {
    expect((await fetch(`${plain.httpUrl}/healthz`)).status).toBe(200)
    await expect(fetch(`${plain.httpsUrl}/healthz`)).rejects.toThrow('fetch failed')
    expect(await plain.log()).toContain('cannot load certificate')
  } finally {
    await plain.stop()
  }
})

describe('HSTS', () => {
  const HSTS = 'strict-transport-security'

  test('is not asked for with an authority that is the own', async () => {
    setDefaultCACertificates([...trustedBefore, authority])
    expect(await hstsAt(nginx.httpsUrl)).toEqual([null, null, null])
    const dir = await mkdtemp(join(tmpdir(), 'box-provided-'))
    const file = join(dir, 'both.pem')
    const { certificate, key } = await makeCertificate(['localhost'])
    await writeFile(file, `${certificate}\n${key}`)
    const files = { BOX_TLS_CERT_FILE: file, BOX_TLS_KEY_FILE: file }
    const owned = await startBox({ BOX_TLS: 'provided', ...files })
    const headers = { 'x-forwarded-proto': 'https' }
    try {
      const { headers: answered } = await fetch(`${owned.url}/`, { headers })
      expect(answered.get(HSTS)).toBeNull()
    } finally {
      await owned.stop()
      await rm(dir, { recursive: true })
    }
  })

  /** What a page, a file that is not there, and an address where there is nothing are answered with. */
  async function hstsAt(url: string): Promise<Array<string | null>> {
    const answers = ['/', '/files/x', '/nothing'].map(async (path) => {
      const response = await fetch(url + path)
      await response.arrayBuffer()
      return response.headers.get(HSTS)
    })
    return Promise.all(answers)
  }
})
