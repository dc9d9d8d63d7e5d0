import { describe, expect, test } from 'vitest'
import { KnownHosts } from './known-hosts.ts'

const hosts = new KnownHosts({
  isNamed: (name) => ['pi', 'pi.school.example', 'xn--bcher-kva.example'].includes(name),
  isLocal: (name) => !name.includes('.') || name.endsWith('.local'),
})
const refusal = (reach: 'network' | 'machine', ...asked: string[]) =>
  hosts.refusalFor({ address: '127.0.0.1', hosts: asked }, reach)

/** Hosts as they are sent, and by which of the two reaches they are known. */
const EVERYWHERE = [
  '127.0.0.1:8888',
  '192.168.1.20',
  '203.0.113.9:80',
  '[::1]:8888',
  '[FE80::1]',
  '[::ffff:192.168.1.20]',
  'localhost',
  'localhost:8888',
  'LOCALHOST.:8888',
  'app.localhost:8888',
  'a.b.localhost',
  'pi',
  'PI:8888',
  'Pi.School.Example.',
  'xn--bcher-kva.example',
  // Browsers send these as the addresses that they are, programs may not.
  '0x7f.1',
  '2130706433',
  '127.1:8888',
]
const IN_THE_NETWORK = ['school-server', 'school-server:8888', 'box.local', 'BOX.Local.:80']
const NOWHERE = [
  'attacker.example',
  'attacker.example:8888',
  'attacker.example.',
  'local.attacker.example',
  'localhost.attacker.example',
  'pi.attacker.example',
  'other.school.example',
  '127.0.0.1.attacker.example',
  '192-168-1-20.attacker.example',
  'a!b.attacker.example',
  "a'b.attacker.example",
  'xn--caf-dma.example',
  'box.localx',
]
const NO_HOSTS = [
  'localhost@attacker.example',
  'localhost:1@attacker.example',
  'localhost/.attacker.example',
  'localhost?attacker.example',
  'localhost#attacker.example',
  'localhost\\attacker.example',
  'localhost attacker.example',
  'localhost:99999',
  '999.1.1.1',
  '[::1',
  '[fe80::1%eth0]',
  'a%00b.local',
  ':8888',
  '.',
  `${'a.'.repeat(130)}local`,
]

describe('[ACCESS12] an address counts', () => {
  test.each(EVERYWHERE)('if the box is asked as "%s", for all', (host) => {
    expect([refusal('network', host), refusal('machine', host)]).toEqual([undefined, undefined])
  })

  test.each(IN_THE_NETWORK)('if the box is asked as "%s", not for how it is doing', (host) => {
    expect(refusal('network', host)).toBeUndefined()
    expect(refusal('machine', host)?.message).toMatch(/^how the box is doing is not shown by/)
  })

  test('if no host is named, which no browser does', () => {
    expect([refusal('network'), refusal('machine')]).toEqual([undefined, undefined])
  })
})

describe('[ACCESS12] an address does not count', () => {
  test.each(NOWHERE)('if the box is asked as "%s", and says how it could', (host) => {
    const name = host.toLowerCase().replace(/(:\d+|\.)$/, '')
    for (const reach of ['network', 'machine'] as const) {
      expect(refusal(reach, host)).toMatchObject({
        statusCode: 403,
        message: expect.stringContaining(`BOX_HOSTNAMES=${name}`),
        page: 'unknown-name',
      })
    }
  })

  test.each(NO_HOSTS)('if the box is asked as "%s", which is no host', (host) => {
    for (const reach of ['network', 'machine'] as const) {
      expect(refusal(reach, host)?.message).toContain('by what is no host name')
    }
  })

  test('if one of several hosts is unknown: a page can make up all but its own', () => {
    for (const asked of [
      ['attacker.example', 'localhost'],
      ['localhost', 'attacker.example'],
    ]) {
      expect(refusal('network', ...asked)?.message).toContain('BOX_HOSTNAMES=attacker.example')
    }
  })
})
