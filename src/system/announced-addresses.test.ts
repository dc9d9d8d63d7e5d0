import { describe, expect, test } from 'vitest'
import { announcedAddresses, shownUrls } from './announced-addresses.ts'

const NPM = {
  ...{ host: '0.0.0.0', port: 8888, adminPort: 8889 },
  ...{ urls: [], adminUrl: undefined, hostnames: [] },
}
const DOCKER = { ...NPM, urls: ['http://localhost/', 'https://localhost:8443/'] }
const NOTHING = { used: [], own: [] }
const WIFI = { used: [], own: ['192.168.1.20', '2001:db8::5'] }

describe('a box that listens on all addresses', () => {
  test('is announced by those of its machine, and apart from them by localhost', () => {
    expect(announcedAddresses(NPM, WIFI)).toEqual({
      others: {
        urls: ['http://192.168.1.20:8888/', 'http://[2001:db8::5]:8888/'],
        adminUrls: ['http://192.168.1.20:8889/', 'http://[2001:db8::5]:8889/'],
      },
      here: { urls: ['http://localhost:8888/'], adminUrls: ['http://localhost:8889/'] },
      lonely: undefined,
    })
  })

  test('is announced first by the names that the settings give it', () => {
    const settings = { ...NPM, hostnames: ['box.school', '*.school', 'localhost', 'fe80::1'] }
    const { others } = announcedAddresses(settings, WIFI)
    expect(others.urls[0]).toBe('http://box.school:8888/')
    expect(others.urls.join()).not.toMatch(/\*|localhost|fe80/)
  })

  test('says that there is no network when the machine is in none', () => {
    const named = { ...NPM, hostnames: ['box.school'] }
    const announced = announcedAddresses(named, { ...NOTHING, used: ['box.local'] })
    expect(announced.lonely).toBe('no-network')
    expect(announced.others).toEqual({ urls: [], adminUrls: [] })
    expect(shownUrls(announced).urls).toEqual(['http://localhost:8888/'])
  })
})

describe('a box that listens on one address', () => {
  test('is announced by that, not by others of its machine', () => {
    const { others, here } = announcedAddresses({ ...NPM, host: '10.0.0.4' }, WIFI)
    expect(others.urls).toEqual(['http://10.0.0.4:8888/'])
    expect(here.urls).toEqual([])
  })

  test('has no address for others if that is one of its machine alone, whatever its names are', () => {
    const settings = { ...NPM, host: '127.0.0.1', hostnames: ['box.school'] }
    const announced = announcedAddresses(settings, WIFI)
    expect(announced).toMatchObject({ others: { urls: [] }, lonely: 'own-machine' })
    expect(announced.here.urls).toEqual(['http://127.0.0.1:8888/'])
  })
})

describe('a box in a container', () => {
  test('does not say addresses of the container, and says that it knows none', () => {
    const announced = announcedAddresses(DOCKER, { used: [], own: ['172.18.0.2'] })
    expect(announced).toMatchObject({ others: { urls: [] }, lonely: 'unknown' })
    expect(shownUrls(announced).urls).toEqual(DOCKER.urls)
  })

  test('is announced by BOX_HOSTNAMES, at the ports of BOX_URLS', () => {
    const settings = { ...DOCKER, hostnames: ['box.school', 'fd00::5'] }
    const { others, here, lonely } = announcedAddresses(settings, WIFI)
    expect(others.urls).toEqual([
      ...['http://box.school/', 'https://box.school:8443/'],
      ...['http://[fd00::5]/', 'https://[fd00::5]:8443/'],
    ])
    expect(others.adminUrls.slice(0, 2)).toEqual([
      'http://box.school:8889/',
      'https://box.school:8889/',
    ])
    expect(here.urls).toEqual(DOCKER.urls)
    expect(lonely).toBeUndefined()
  })

  test('is announced by what admins came by, after the names of the settings', () => {
    const settings = { ...DOCKER, hostnames: ['box.school'] }
    const { others } = announcedAddresses(settings, { used: ['10.0.0.7'], own: [] })
    expect(others.urls.map((url) => new URL(url).hostname)).toEqual([
      ...['box.school', 'box.school', '10.0.0.7', '10.0.0.7'],
    ])
  })
})

test('addresses that the settings give for others are all there are', () => {
  const settings = {
    ...NPM,
    ...{ urls: ['https://box.school/'], hostnames: ['other.school'] },
    adminUrl: 'https://admin.school/',
  }
  expect(announcedAddresses(settings, { ...WIFI, used: ['10.0.0.7'] })).toEqual({
    others: { urls: ['https://box.school/'], adminUrls: ['https://admin.school/'] },
    here: { urls: [], adminUrls: [] },
    lonely: undefined,
  })
})

describe('a name by multicast DNS', () => {
  test('stands after all that every device can open', () => {
    const settings = { ...NPM, hostnames: ['pi.local', 'box.school'] }
    const { others } = announcedAddresses(settings, { ...WIFI, mdns: 'croquet.local' })
    expect(others.urls).toEqual([
      ...['http://box.school:8888/', 'http://192.168.1.20:8888/', 'http://[2001:db8::5]:8888/'],
      ...['http://pi.local:8888/', 'http://croquet.local:8888/'],
    ])
    expect(others.adminUrls.at(-1)).toBe('http://croquet.local:8889/')
  })

  test('is said at the ports of BOX_URLS where these have no host for others', () => {
    const { others, lonely } = announcedAddresses(DOCKER, { ...NOTHING, mdns: 'croquet.local' })
    expect(others.urls).toEqual(['http://croquet.local/', 'https://croquet.local:8443/'])
    expect(lonely).toBeUndefined()
  })

  test('is not said without a network, nor by a box for its own machine', () => {
    const found = { ...NOTHING, mdns: 'croquet.local' }
    expect(announcedAddresses(NPM, found).others.urls).toEqual([])
    expect(announcedAddresses({ ...NPM, host: '127.0.0.1' }, found).others.urls).toEqual([])
  })

  test('is said however many addresses there are', () => {
    const own = Array.from({ length: 30 }, (_, index) => `10.0.0.${index + 1}`)
    const { others } = announcedAddresses(NPM, { used: [], own, mdns: 'croquet.local' })
    expect(others.urls.length).toBe(12)
    expect(others.urls.at(-1)).toBe('http://croquet.local:8888/')
  })
})

test('the list of hosts has a bound', () => {
  const used = Array.from({ length: 1000 }, (_, index) => `host-${index}.school`)
  expect(announcedAddresses(NPM, { used, own: ['10.0.0.4'] }).others.urls.length).toBe(12)
})
