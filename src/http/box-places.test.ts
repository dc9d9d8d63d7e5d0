import { expect, test } from 'vitest'
import { NO_TLS } from '../tls/tls.ts'
import { BoxPlaces, type BoxPlacesParts } from './box-places.ts'

const PLAIN: BoxPlacesParts = {
  ...{ port: 8888, adminPort: 8889, urls: [], adminUrl: undefined },
  ...{ tls: NO_TLS, http: 'redirect' },
}
const DOCKER = { ...PLAIN, urls: ['http://localhost/', 'https://localhost:8443/'] }
const OWN_PROXY = {
  ...PLAIN,
  urls: ['https://school.example/box/'],
  adminUrl: 'https://admin.school.example/',
}
const authority = {
  name: 'x',
  certificate: new Uint8Array(),
  fingerprint: '',
  notAfter: new Date(),
}
const LOCAL_CA = { ...NO_TLS, mode: 'local-ca', authority } as const
const PROVIDED = { ...NO_TLS, mode: 'provided', names: () => ['*.school.example'] } as const

test.each([
  ['http://192.168.1.20:8888', 'http://192.168.1.20:8889/'],
  ['http://[fd00::1]:8888', 'http://[fd00::1]:8889/'],
  ['https://box.school.example/prefix', 'https://box.school.example:8889/'],
])('[ADMIN11] by %s the dashboard is at %s', (asked, url) => {
  for (const isByPerson of [true, false]) {
    expect(new BoxPlaces(PLAIN).adminUrl(asked, isByPerson)).toBe(url)
  }
})

test('[ADMIN11] a port that a scheme has anyway is not named', () => {
  const places = new BoxPlaces({ ...PLAIN, adminPort: 443 })
  expect(places.adminUrl('https://box.example', true)).toBe('https://box.example/')
})

test.each([
  [PLAIN, 'http://192.168.1.20:8889', 'http://192.168.1.20:8888/'],
  [PLAIN, 'https://box.example:8889', 'https://box.example/'],
  [DOCKER, 'http://192.168.1.20:8889', 'http://192.168.1.20/'],
  [DOCKER, 'https://192.168.1.20:8889', 'https://192.168.1.20:8443/'],
  [OWN_PROXY, 'https://admin.school.example', 'https://school.example/box/'],
  [OWN_PROXY, 'http://10.0.0.1:8889', 'https://school.example/box/'],
])('[ADMIN11] apps are where they were set up to be (%#)', (parts, asked, url) => {
  expect(new BoxPlaces(parts).appUrl(asked)).toBe(url)
})

test('[ADMIN11] BOX_ADMIN_URL says where the dashboard is, whoever asks', () => {
  const places = new BoxPlaces(OWN_PROXY)
  expect(places.adminUrl('http://10.0.0.1:8888', false)).toBe('https://admin.school.example/')
})

test('[HTTP8] a page of the dashboard is for https where devices can be told to trust the box', () => {
  const noted: string[] = []
  const tls = { ...LOCAL_CA, noteHost: (host: string) => void noted.push(host) }
  const places = new BoxPlaces({ ...DOCKER, tls })
  expect(places.adminUrl('http://192.168.1.20', true)).toBe('https://192.168.1.20:8889/')
  expect(places.adminUrl('http://192.168.1.20', false)).toBe('http://192.168.1.20:8889/')
  expect(places.secureUrl('http://192.168.1.20:8889', '/admin/?x=1')).toBe(
    'http://192.168.1.20/trust/?next=%2Fadmin%2F%3Fx%3D1',
  )
  expect(places.secureUrl('https://192.168.1.20:8889', '/admin/')).toBeUndefined()
  expect(noted).toEqual(['192.168.1.20', '192.168.1.20'])
})

test('[HTTP8] of a certificate of the owner, for the names that it has', () => {
  const places = new BoxPlaces({ ...DOCKER, tls: PROVIDED })
  expect(places.secureUrl('http://box.school.example:8889', '/admin/')).toBe(
    'https://box.school.example:8889/admin/',
  )
  expect(places.secureUrl('http://192.168.1.20:8889', '/admin/')).toBeUndefined()
})

test.each([
  ['the machine of the box', { tls: LOCAL_CA }, 'http://localhost:8889'],
  ['BOX_HTTP=serve', { tls: LOCAL_CA, http: 'serve' }, 'http://192.168.1.20:8889'],
  ['BOX_TLS=off', {}, 'http://192.168.1.20:8889'],
] as const)('[HTTP8] it is served by http with %s', (_, parts, asked) => {
  const places = new BoxPlaces({ ...DOCKER, ...parts })
  expect(places.secureUrl(asked, '/admin/')).toBeUndefined()
  expect(places.adminUrl(asked, true)).toMatch(/^http:/)
})
