import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decideHsts, issueCertificate, makeCertificate } from '../support/certificate.ts'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const HSTS = 'strict-transport-security'
const MONTH = 'max-age=2592000'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-tls-'))
})

afterEach(async () => {
  await rm(dir, { recursive: true })
})

describe('nginx', () => {
  const trustedBefore = getCACertificates('default')
  let box: TestBox
  let nginx: TestNginx

  beforeAll(async () => {
    box = await startBox()
    nginx = await startNginx(box.port)
  })

  afterEach(() => setDefaultCACertificates(trustedBefore))

  afterAll(async () => {
    await nginx?.stop()
    await box?.stop()
  })

  test.each(['tls1_2', 'tls1_3'])('speaks %s', async (version) => {
    expect(await handshake(`-${version}`)).toMatch(/^Verification error: self-signed/m)
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

  test('says nothing of https only with a certificate of its own', async () => {
    setDefaultCACertificates([...trustedBefore, nginx.certificate])
    expect(await hstsAt(nginx.httpsUrl)).toEqual([null, null, null])
  })

  test('says so with one from an authority, on https, whoever answers', async () => {
    const { pem, authority } = await issueCertificate(dir)
    setDefaultCACertificates([...trustedBefore, authority])
    const prepare = async (certificateDir: string) => {
      await writeFile(join(certificateDir, 'box.pem'), pem)
      await writeFile(join(certificateDir, 'ca.pem'), authority)
    }
    const trusted = await startNginx(box.port, { prepare })
    const lonely = await startNginx(1, { prepare })
    try {
      expect(await hstsAt(trusted.httpsUrl)).toEqual([MONTH, MONTH, MONTH])
      expect(await hstsAt(trusted.httpUrl)).toEqual([null, null, null])
      expect(await hstsAt(lonely.httpsUrl)).toEqual([MONTH, MONTH, MONTH])
    } finally {
      await trusted.stop()
      await lonely.stop()
    }
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

describe('that browsers are to use https only', () => {
  const NEVER = "map $scheme $hsts { default ''; https ''; }\n"
  const put = (name: string, text: string) => writeFile(join(dir, name), text)

  test('is decided by an authority that the owner gave', async () => {
    const { pem, authority } = await issueCertificate(dir)
    await put('box.pem', pem)
    expect(await decideHsts(dir)).toBe(NEVER)
    await put('ca.pem', authority)
    expect(await decideHsts(dir)).toContain(`https '${MONTH}'`)
  })

  test('is decided by an authority that the system knows', async () => {
    const { pem, authority } = await issueCertificate(dir)
    await put('box.pem', pem)
    await put('system.pem', authority)
    const env = { SSL_CERT_FILE: join(dir, 'system.pem') }
    expect(await decideHsts(dir, env)).toContain(`https '${MONTH}'`)
  })

  test('is not said with a self-signed certificate, even if it is given as an authority, too', async () => {
    await put('ca.pem', await makeCertificate(dir))
    expect(await decideHsts(dir)).toBe(NEVER)
  })

  test("is not said with somebody else's authority", async () => {
    const { pem } = await issueCertificate(dir)
    await put('box.pem', pem)
    const { authority } = await issueCertificate(dir)
    await put('ca.pem', authority)
    expect(await decideHsts(dir)).toBe(NEVER)
  })

  test('is not said when the chain is not whole', async () => {
    const { pem, authority } = await issueCertificate(dir)
    const [leaf = '', , key = ''] = pem.split(/(?<=-----END CERTIFICATE-----\n)/)
    await put('box.pem', leaf + key)
    await put('ca.pem', authority)
    expect(await decideHsts(dir)).toBe(NEVER)
  })

  test('is not said any more when the certificate goes', async () => {
    const { pem, authority } = await issueCertificate(dir)
    await put('box.pem', pem)
    await put('ca.pem', authority)
    await decideHsts(dir)
    await rm(join(dir, 'box.pem'))
    await makeCertificate(dir)
    expect(await decideHsts(dir)).toBe(NEVER)
  })
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
