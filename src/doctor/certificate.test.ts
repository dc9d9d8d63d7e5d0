import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type SampleOptions, sampleCertificate } from '../../test/support/sample-certificate.ts'
import { findingsOfCertificate } from './certificate.ts'
import type { Shown, Trust } from './handshake.ts'

const findings = (shown: Shown, href = 'https://box.school/') => {
  const address = { url: new URL(href), trustPage: 'http://box.school/trust' }
  return findingsOfCertificate(shown, address, Date.now())
}

async function byId(options: SampleOptions, trust: Trust = 'everybody', href?: string) {
  const { certificate } = await sampleCertificate({ hosts: ['box.school'], ...options })
  const chain = [new X509Certificate(certificate)]
  const found = findings({ tag: 'certificate', chain, trust }, href)
  return Object.fromEntries(found.map((finding) => [finding.id, finding]))
}

describe('who it is for', () => {
  it.each([
    [['box.school'], 'https://box.school/', 'ok'],
    [['*.school.example'], 'https://box.school.example/', 'ok'],
    [['192.168.1.5', 'fd00::5'], 'https://192.168.1.5:8443/', 'ok'],
    [['192.168.1.5', 'fd00::5'], 'https://[fd00::5]/', 'ok'],
    [['box.school'], 'https://box.home/', 'problem'],
    [['box.school'], 'https://192.168.1.5/', 'problem'],
  ])('%o at %s: %s', async (hosts, href, status) => {
    const { 'certificate-name': name } = await byId({ hosts }, 'everybody', href)
    expect(name?.status).toBe(status)
  })

  it('is told by name', async () => {
    const { 'certificate-name': name } = await byId({}, 'everybody', 'https://box.home/')
    expect(name?.text).toContain('is for box.school, not for box.home')
    expect(name?.advice).toContain('BOX_HOSTNAMES')
  })
})

describe('until when', () => {
  it.each<[from: number, to: number, status: string, text: string]>([
    [-1, 90.5, 'ok', 'for 90 days'],
    [-1, 13.5, 'warning', 'in 13 days'],
    [-1, 1.5, 'warning', 'in 1 day'],
    [-90, -1, 'problem', 'ended on'],
    [1, 90, 'problem', 'not good before'],
  ])('from day %d to day %d: %s', async (from, to, status, text) => {
    const { 'certificate-time': time } = await byId({ days: [from, to] })
    expect(time).toMatchObject({ status, text: expect.stringContaining(text) })
    expect(time?.advice !== '').toBe(status !== 'ok')
  })
})

describe('who trusts it', () => {
  it.each<[trust: Trust, options: SampleOptions, status: string, text: string, advice: string]>([
    ['everybody', {}, 'ok', 'Sample authority, which all devices trust', ''],
    ['machine', {}, 'warning', 'which this machine trusts', 'on all devices'],
    ['box', {}, 'ok', 'the authority of this box', 'open http://box.school/trust once'],
    ['nobody', { isSelfSigned: true }, 'warning', 'self-signed', 'BOX_TLS=local-ca'],
    ['nobody', { saysWhereIssuerIs: true }, 'problem', 'is not sent with it', 'fullchain.pem'],
    ['nobody', {}, 'warning', 'which this machine does not know', 'fullchain.pem'],
  ])('%s, with %o', async (trust, options, status, text, advice) => {
    const { 'certificate-trust': finding } = await byId(options, trust)
    expect(finding).toEqual({
      id: 'certificate-trust',
      status,
      text: expect.stringContaining(text),
      advice: expect.stringContaining(advice),
    })
  })
})

it('where none is shown, that is all there is to say', () => {
  const shown: Shown = { tag: 'failed', reason: 'the connection was cut' }
  expect(findings(shown)).toMatchObject([
    { id: 'certificate', status: 'problem', text: expect.stringContaining('was cut') },
  ])
})
