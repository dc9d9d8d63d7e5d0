import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { issueCertificate } from '../../src/tls/issuer.ts'
import { certificatesIn, keyIn } from '../../src/tls/pem.ts'
import { launchBrowser } from '../support/browser.ts'
import { validityAround } from '../support/certificate.ts'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { findProgram } from '../support/programs.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { makeTrustingHome, type TrustingHome } from '../support/trusting-home.ts'

/** Browsers elsewhere have no store of their own that a test could fill. */
const hasStore = findProgram('certutil') !== undefined

let box: TestBox
let nginx: TestNginx
let authority: string
let home: TrustingHome | undefined
let browser: Browser

beforeAll(async () => {
  box = await startBox({ BOX_TLS: 'local-ca' })
  await chmod(box.filesDir, 0o750)
  nginx = await startNginx(box.port, { certificateDir: join(box.filesDir, 'tls') })
  authority = await readFile(join(box.filesDir, 'ca/authority.pem'), 'utf8')
})

afterAll(async () => {
  await browser?.close()
  await home?.remove()
  await nginx?.stop()
  await box?.stop()
})

test('a browser that was not told to trust the box warns', async () => {
  const stranger = await launchBrowser()
  try {
    await expect(open(stranger, nginx.httpsUrl)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')
  } finally {
    await stranger.close()
  }
})

describe.runIf(hasStore)('a browser that was told to trust the box', () => {
  beforeAll(async () => {
    home = await makeTrustingHome(certificatesIn(authority)[0] ?? '')
    browser = await launchBrowser('*', home.path)
  })

  test.each(['localhost', '127.0.0.1'])('reaches it by %s, and is safe there', async (host) => {
    expect(await open(browser, at(host))).toBe(true)
  })

  test.each(['box.local', '192.168.77.5'])(
    'reaches it by %s, once somebody came by that',
    async (host) => {
      await expect(open(browser, at(host))).rejects.toThrow('ERR_CERT_COMMON_NAME_INVALID')
      await open(browser, at(host, nginx.httpUrl))
      await vi.waitFor(() => open(browser, at(host)), { timeout: 15_000, interval: 200 })
      expect(await open(browser, at(host))).toBe(true)
    },
  )

  test.each(['bank.example', '203.0.113.9'])(
    'does not take %s from who got hold of the key of its authority',
    async (host) => {
      const dir = await mkdtemp(join(tmpdir(), 'box-rogue-'))
      await chmod(dir, 0o750)
      const pair = { certificate: certificatesIn(authority)[0] ?? '', key: keyIn(authority) ?? '' }
      const { certificate, key } = await issueCertificate(pair, [host], validityAround(Date.now()))
      await writeFile(join(dir, 'box.pem'), `${certificate}\n${key}\n`)
      const rogue = await startNginx(box.port, { certificateDir: dir })
      try {
        const going = open(browser, at(host, rogue.httpsUrl))
        await expect(going).rejects.toThrow('ERR_CERT_INVALID')
      } finally {
        await rogue.stop()
        await rm(dir, { recursive: true })
      }
    },
  )
})

/** nginx by another host. */
function at(host: string, url = nginx.httpsUrl): string {
  return url.replace('127.0.0.1', host)
}

/** Whether a page there is one that browsers give cameras to. Rejects if it warns. */
async function open(from: Browser, url: string): Promise<boolean> {
  const context = await from.newContext()
  try {
    const page = await context.newPage()
    await page.goto(url, { waitUntil: 'commit' })
    return await page.evaluate('isSecureContext')
  } finally {
    await context.close()
  }
}
