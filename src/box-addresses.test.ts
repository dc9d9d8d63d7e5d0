import { describe, expect, test } from 'vitest'
import { BoxAddresses } from './box-addresses.ts'
import type { AddressSettings } from './system/announced-addresses.ts'

const SETTINGS = {
  ...{ host: '0.0.0.0', port: 8888, adminPort: 8889 },
  ...{ urls: [], adminUrl: undefined, hostnames: [] },
}
const NOTHING_USED = {
  list: (): readonly string[] => [],
  note: () => {},
  said: undefined,
  say: async () => {},
}
const DOCKER = { ...SETTINGS, urls: ['http://localhost/', 'https://localhost/'] }

function addressesOf(settings: AddressSettings, own: string[] = []) {
  const hosts: string[] = []
  const usedHosts = {
    ...NOTHING_USED,
    list: () => hosts,
    note: (host: string) => void hosts.unshift(host),
  }
  return { box: new BoxAddresses({ settings, usedHosts, ownAddresses: () => own }), hosts }
}

describe('a box in a container', () => {
  test('learns where others reach it when an admin logs in there', () => {
    const { box } = addressesOf(DOCKER)
    expect(box.announced().lonely).toBe('unknown')
    box.noteLogin('https://192.168.1.20:8889')
    expect(box.urlsForPhones()).toEqual(['http://192.168.1.20', 'https://192.168.1.20'])
  })

  test.each([
    ['its own machine', 'http://localhost:8889'],
    ['another port, where a proxy of somebody else is', 'https://box.school'],
    ['a path, where a proxy of somebody else is', 'https://box.school:8889/team'],
    ['an address that needs a zone', 'http://[fe80::1]:8889'],
    ['what is no name', 'http://box_school!:8889'],
  ])('is not announced by %s', (_, publicUrl) => {
    const { box } = addressesOf(DOCKER)
    box.noteLogin(publicUrl)
    expect(box.announced().others.urls).toEqual([])
  })
})

test('an address that this machine has lost is not announced, though admins came by it', () => {
  const own = ['192.168.1.20']
  const { box } = addressesOf(SETTINGS, own)
  box.noteLogin('http://192.168.1.20:8889')
  box.noteLogin('http://box.lan:8889')
  const both = ['http://box.lan:8888', 'http://192.168.1.20:8888']
  expect(box.urlsForPhones()).toEqual(both)
  own[0] = '10.0.0.4'
  expect(box.urlsForPhones()).toEqual([both[0], 'http://10.0.0.4:8888'])
})

test('a name that the box had by multicast DNS is another box’s by now: it is not announced', () => {
  const hosts = ['croquet.local', 'pi.local']
  const usedHosts = { ...NOTHING_USED, list: () => hosts }
  const mdns = { base: 'croquet', current: 'croquet-2.local' as string | undefined }
  const own = ['192.168.1.20']
  const parts = { settings: SETTINGS, usedHosts, mdns, ownAddresses: () => own }
  const box = new BoxAddresses(parts)
  const announced = () => box.urlsForPhones().map((url) => new URL(url).hostname)
  expect(announced()).toEqual(['192.168.1.20', 'pi.local', 'croquet-2.local'])
  mdns.current = undefined
  expect(announced()).toEqual(['192.168.1.20', 'pi.local'])
  mdns.current = 'croquet.local'
  expect(announced()).toEqual(['192.168.1.20', 'croquet.local', 'pi.local'])
})

test('a name of the settings that is the box’s by multicast DNS is not doubted', async () => {
  const settings = { ...SETTINGS, hostnames: ['croquet.local'] }
  const usedHosts = NOTHING_USED
  const mdns = { base: 'croquet', current: 'croquet.local' }
  const ownAddresses = () => ['192.168.1.20']
  const box = new BoxAddresses({ settings, usedHosts, mdns, ownAddresses })
  const nowhere = async () => {
    throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
  }
  expect(await box.checkNames(nowhere)).toEqual([])
})

test('a name of the settings that does not lead here is not announced', async () => {
  const settings = { ...SETTINGS, hostnames: ['old.school', 'box.school'] }
  const { box } = addressesOf(settings, ['192.168.1.20'])
  const leadTo = (name: string) => (name === 'box.school' ? '192.168.1.20' : '192.168.1.66')
  const doubtful = await box.checkNames(async (name) => [leadTo(name)])
  expect(doubtful.map(({ name }) => name)).toEqual(['old.school'])
  expect(box.urlsForPhones().map((url) => new URL(url).hostname)).toEqual([
    ...['box.school', '192.168.1.20'],
  ])
})

test('a network that comes while the box runs is announced', () => {
  const own: string[] = []
  const { box } = addressesOf(SETTINGS, own)
  expect(box.announced().lonely).toBe('no-network')
  own.push('192.168.1.20')
  expect(box.announced()).toMatchObject({
    ...{ lonely: undefined, others: { urls: ['http://192.168.1.20:8888/'] } },
  })
})

describe('what an admin says of where others open the box', () => {
  const own = ['192.168.1.20']
  const noted: string[] = []
  let said: string | undefined

  function boxOf(settings: AddressSettings, addresses: readonly string[] = own): BoxAddresses {
    said = undefined
    const usedHosts = {
      ...{ list: () => [], note: () => {} },
      get said() {
        return said
      },
      say: async (host: string | undefined) => {
        said = host
      },
    }
    const certificate = {
      mayName: (host: string) => !host.endsWith('.example'),
      noteHost: (host: string) => void noted.push(host),
    }
    const ownAddresses = () => addresses
    return new BoxAddresses({ settings, usedHosts, certificate, ownAddresses })
  }

  const leadsTo = (address: string) => async () => [address]

  test('is announced, and gets into the certificate, until it is taken back', async () => {
    const box = boxOf(DOCKER)
    await box.keepSaid(await box.checkSaid('http://192.168.1.33:8889/admin/setup/x'))
    expect(box.urlsForPhones()).toEqual(['http://192.168.1.33', 'https://192.168.1.33'])
    expect(noted).toEqual(['192.168.1.33'])
    await box.keepSaid(undefined)
    expect(box.announced().lonely).toBe('unknown')
  })

  test('is refused where the certificate of the box cannot be for it', async () => {
    await expect(boxOf(DOCKER).checkSaid('box.school.example')).rejects.toThrow(
      'set BOX_HOSTNAMES=box.school.example',
    )
  })

  test('is refused where this machine can tell that it leads elsewhere', async () => {
    const box = boxOf(SETTINGS)
    await expect(box.checkSaid('box.school', leadsTo('10.0.0.66'))).rejects.toThrow(
      'box.school leads to 10.0.0.66, which is not this machine',
    )
    await expect(box.checkSaid('10.0.0.66')).rejects.toThrow(
      '10.0.0.66 is no address of this machine, which has 192.168.1.20',
    )
    expect(await box.checkSaid('box.school', leadsTo('192.168.1.20'))).toBe('box.school')
    // That of a router which hands on to it.
    expect(await box.checkSaid('203.0.113.9')).toBe('203.0.113.9')
  })

  test('cannot be told in no network, and is announced in none', async () => {
    const box = boxOf(SETTINGS, [])
    await box.keepSaid(await box.checkSaid('10.0.0.66'))
    expect(box.announced().others.urls).toEqual([])
  })

  test('is announced no more when the machine has another address', async () => {
    const addresses = ['192.168.1.20']
    const box = boxOf(SETTINGS, addresses)
    await box.keepSaid(await box.checkSaid('192.168.1.20'))
    addresses[0] = '10.0.0.4'
    expect(box.urlsForPhones()).toEqual(['http://10.0.0.4:8888'])
  })

  test('is not announced after a start that finds that it leads elsewhere', async () => {
    const box = boxOf(SETTINGS)
    await box.keepSaid('box.school')
    const doubtful = await box.checkNames(leadsTo('10.0.0.66'))
    expect(doubtful.map(({ name }) => name)).toEqual(['box.school'])
    expect(box.urlsForPhones()).toEqual(['http://192.168.1.20:8888'])
  })

  test('changes nothing where the settings decide, which it is told', async () => {
    const school = { ...SETTINGS, urls: ['https://box.school/'] }
    await expect(boxOf(school).checkSaid('192.168.1.20')).rejects.toThrow('BOX_URLS')
    const alone = { ...SETTINGS, host: '127.0.0.1' }
    await expect(boxOf(alone).checkSaid('192.168.1.20')).rejects.toThrow('BOX_HOST')
  })
})
