import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeCertificate } from '../support/certificate.ts'

const DAY_MS = 24 * 3600 * 1000

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-certificate-'))
})

afterEach(async () => {
  await rm(dir, { recursive: true })
})

test('a certificate is for localhost and the names that were set', async () => {
  const pem = await makeCertificate(dir, 'box.school, 192.168.1.5,fd00::5')
  const certificate = new X509Certificate(pem)
  expect(certificate.subjectAltName?.split(', ')).toEqual([
    'DNS:localhost',
    'IP Address:127.0.0.1',
    'IP Address:0:0:0:0:0:0:0:1',
    'DNS:box.school',
    'IP Address:192.168.1.5',
    'IP Address:FD00:0:0:0:0:0:0:5',
  ])
})

test('it is good for no longer than Apple allows, and holds its key', async () => {
  const pem = await makeCertificate(dir)
  const { validFromDate, validToDate } = new X509Certificate(pem)
  expect((validToDate.getTime() - validFromDate.getTime()) / DAY_MS).toBe(825)
  expect(pem).toContain('PRIVATE KEY')
  expect(await readdir(dir)).toEqual(['box.pem'])
})

test('a good one is kept', async () => {
  const first = await makeCertificate(dir, 'box.school,10.0.0.1')
  expect(await makeCertificate(dir, '10.0.0.1 box.school')).toBe(first)
})

test('a new one is made when a name is missing', async () => {
  const first = await makeCertificate(dir)
  const second = await makeCertificate(dir, 'box.school')
  expect(second).not.toBe(first)
  expect(new X509Certificate(second).checkHost('box.school')).toBe('box.school')
})

test('a new one is made in the last 30 days', async () => {
  const old = await writeCertificate('/CN=Croquet in a Box/O=self-signed', 29)
  expect(await makeCertificate(dir)).not.toBe(old)
})

test("somebody else's is left alone, whatever it says", async () => {
  const theirs = await writeCertificate('/CN=box.school', 1)
  expect(await makeCertificate(dir, 'box.home')).toBe(theirs)
})

test.each(['a;b', 'http://box', 'Ä'])('%s is no name', async (name) => {
  await expect(makeCertificate(dir, name)).rejects.toThrow('is no host name or address')
  expect(await readdir(dir)).toEqual([])
})

/** Puts one for localhost where the script has its own. */
async function writeCertificate(subject: string, days: number): Promise<string> {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-']
  const about = ['-subj', subject, '-days', String(days), '-addext', names]
  const file = join(dir, 'box.pem')
  await promisify(execFile)('openssl', ['req', '-x509', ...key, ...about, '-out', file])
  return readFile(file, 'utf8')
}
