import { describe, expect, test } from 'vitest'
import type { Tls } from '../tls/ports.ts'
import { plainCookies, trustsCookies } from './browser-cookies.ts'
import { HttpsRedirect, type PageVisit } from './https-redirect.ts'

const FINGERPRINT = 'AB:CD'
const authority = {
  name: 'A box',
  certificate: new Uint8Array(),
  fingerprint: FINGERPRINT,
  notAfter: new Date(0),
}
const names = ['box.lan', '192.168.1.20', 'fd00::1']
const TOKEN = 'eyJa.b.c'

const [TRUSTS, PLAIN, TRUSTS_ANOTHER] = [
  trustsCookies(FINGERPRINT),
  plainCookies(FINGERPRINT),
  trustsCookies('AB:CE'),
].map(([header = '']) => header.split(';', 1)[0] ?? '')

let noted: string[] = []

function locationFor(
  mode: Tls['mode'],
  target: string,
  visit: Partial<PageVisit> = {},
  ports = { http: 80, https: 443 },
): string | undefined {
  noted = []
  const tls: Tls = {
    ...{ mode, authority: mode === 'local-ca' ? authority : undefined, names: () => names },
    noteHost: (host) => noted.push(host),
    isPublic: () => false,
  }
  const redirect = new HttpsRedirect({
    tls,
    http: 'redirect',
    ports: () => ports,
    publicUrl: () => '',
  })
  const asked = { publicUrl: 'http://box.lan', cookies: undefined, target, routed: target }
  return redirect.locationFor({ ...asked, ...visit })
}

describe('[HTTP7] with a certificate that the owner gave', () => {
  test.each([
    ['/', {}, 'https://box.lan/'],
    ['/apps/x/?q=1', {}, 'https://box.lan/apps/x/?q=1'],
    ['/', { publicUrl: 'http://box.lan:8080' }, 'https://box.lan/'],
    ['/x', { publicUrl: 'http://box.lan/team' }, 'https://box.lan/team/x'],
    ['/x', { publicUrl: 'http://[fd00::1]' }, 'https://[fd00::1]/x'],
    ['/', { cookies: PLAIN }, 'https://box.lan/'],
    // A warning would wait there.
    ['/', { publicUrl: 'http://192.168.1.21' }, undefined],
  ] as const)('%s, %j: %s', (target, visit, location) => {
    expect(locationFor('provided', target, visit)).toBe(location)
  })

  test('the port is the one that people use', () => {
    const ports = { http: 8080, https: 8443 }
    const visit = { publicUrl: 'http://box.lan:8080' }
    expect(locationFor('provided', '/x', visit, ports)).toBe('https://box.lan:8443/x')
  })
})

describe("[HTTP7] with the box's own authority", () => {
  test.each([
    ['who is not known', '/', {}, 'trust/?next=%2F', './'],
    ['who wants a page', '/apps/x/?q=1', {}, 'trust/?next=%2Fapps%2Fx%2F%3Fq%3D1', '../../'],
    ['who trusts it', '/x', { cookies: `a=1; ${TRUSTS}; b=2` }, 'https://box.lan/x', ''],
    ['who trusts another', '/x', { cookies: TRUSTS_ANOTHER }, 'trust/?next=%2Fx', './'],
    ['who only says so', '/x', { cookies: 'box-trusts=' }, 'trust/?next=%2Fx', './'],
    [
      'who trusts it, by a name that is not certified yet',
      '/x',
      { cookies: TRUSTS, publicUrl: 'http://192.168.1.21' },
      'trust/?next=%2Fx',
      './',
    ],
  ] as const)('%s', (_, target, visit, location, root) => {
    expect(locationFor('local-ca', target, visit)).toBe(root + location)
  })

  test.each([
    ['by https', '/', { publicUrl: 'https://box.lan' }],
    ['on the machine of the box', '/', { publicUrl: 'http://localhost:8888' }],
    ['on the machine of the box, by address', '/', { publicUrl: 'http://127.0.0.1' }],
    ['on the machine of the box, by IPv6', '/', { publicUrl: 'http://[::1]:8080' }],
    ['who goes on without', '/x', { cookies: PLAIN }],
    ['with a token', `/t/${TOKEN}/x`, { routed: '/x' }],
    ['with a token behind a prefix', `/team/t/${TOKEN}/`, { routed: '/team/' }],
    ['with a link', `/invite/${TOKEN}`, {}],
    ['for a file', '/files/apps/x', {}],
    ['for a file under a prefix', '/team/x/files/apps/x', { routed: '/files/apps/x' }],
    ['for a library', '/lib/three@1.0.0/x.js', {}],
    ['for the page itself', '/trust', {}],
    ['for the page itself, with a query', '/trust?next=/', {}],
    ['for what is on that page', '/trust/ca.crt', {}],
    ['for the API', '/api/v1/invites', {}],
    ['for health', '/healthz', {}],
    ['for the sessions', '/sessions?x', {}],
    ['for the reflector', '/reflector/x', {}],
  ] as const)('stays: %s', (_, target, visit) => {
    expect(locationFor('local-ca', target, visit)).toBeUndefined()
  })

  test.each(['//evil.example', '/\\evil.example', 'http://evil.example/', '/ä'])(
    '%s leads to no other place',
    (target) => {
      expect(locationFor('local-ca', target)).toMatch(/^(\.\/|(\.\.\/)+)trust\/\?next=%2F$/)
      expect(locationFor('provided', target)).toBe('https://box.lan/')
    },
  )

  test('a page whose path only begins like theirs is a page', () => {
    expect(locationFor('local-ca', '/trusty/')).toBe('../trust/?next=%2Ftrusty%2F')
  })

  test('the box is told by which host somebody came', () => {
    locationFor('local-ca', '/', { publicUrl: 'http://[fd00::2]:8080' })
    expect(noted).toEqual(['fd00::2'])
  })
})
