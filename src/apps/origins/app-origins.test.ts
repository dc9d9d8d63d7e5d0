import { beforeEach, describe, expect, test } from 'vitest'
import type { HostedApp } from '../releases/hosted-apps.ts'
import { AppOrigins } from './app-origins.ts'
import { parseOriginRule } from './origin-rule.ts'

const RELEASE = { id: '', createdAt: '', by: '', files: 1, bytes: 1, title: '', icon: '' }

let apps: Map<string, number | undefined>
let open: number[]
let taken: Set<number>
let warnings: object[]
let tell: (name: string) => void

beforeEach(() => {
  apps = new Map()
  open = []
  taken = new Set()
  warnings = []
  tell = () => {}
})

function originsBy(setting: string): AppOrigins {
  const find = (name: string): HostedApp | undefined =>
    apps.has(name)
      ? { name, active: RELEASE, releases: [RELEASE], port: apps.get(name) }
      : undefined
  return new AppOrigins({
    rule: parseOriginRule(setting),
    apps: {
      open: async () => {},
      find,
      list: () => [...apps.keys()].flatMap((name) => find(name) ?? []),
      onChange: (listener) => {
        tell = listener
        return () => {
          tell = () => {}
        }
      },
    },
    openPort: async (port) => {
      if (taken.has(port)) throw new Error(`port ${port} is in use`)
      open.push(port)
      return { close: async () => void open.splice(open.indexOf(port), 1) }
    },
    log: { warn: (fields) => warnings.push(fields) },
  })
}

/** As the store tells of it. */
function change(name: string, port: number | undefined): void {
  apps.set(name, port)
  tell(name)
}

describe('[APPS1] by ports', () => {
  test('each app has its own, from the start or its first deploy on, until it is deleted', async () => {
    apps.set('chess', 9000)
    const origins = originsBy('9000-9001')
    await origins.start()
    expect(open).toEqual([9000])
    change('garden', 9001)
    await origins.settled()
    expect(open).toEqual([9000, 9001])
    // Another release.
    tell('garden')
    apps.delete('chess')
    tell('chess')
    await origins.settled()
    expect(open).toEqual([9001])
    change('go', 9000)
    await origins.settled()
    expect(open).toEqual([9001, 9000])
    expect(origins.of('go')).toEqual({ kind: 'own', because: '' })
    expect(origins.urlOf('go', 'https://box.school/')).toBe('https://box.school:9000/')
    expect(origins.urlOf('go', 'http://[::1]:8888')).toBe('http://[::1]:9000/')
    await origins.close()
    expect(open).toEqual([])
    expect(warnings).toEqual([])
  })

  test('a port tells whose it is, also behind a proxy, which passes on the host alone', async () => {
    apps.set('chess', 9000)
    const origins = originsBy('9000-9001')
    await origins.start()
    expect(origins.appAt(9000, 'http://box:9000')).toBe('chess')
    expect(origins.appAt(8888, 'https://box:9000')).toBe('chess')
    // What a client writes into its request does not count where the port says it.
    expect(origins.appAt(9000, 'http://box:8888')).toBe('chess')
    expect(origins.appAt(9001, 'http://box:9000')).toBe('')
    expect(origins.appAt(8888, 'https://box:9001')).toBe('')
    expect(origins.appAt(8888, 'https://box')).toBeUndefined()
  })

  test('an app whose port another program has shares the origin until it can be had', async () => {
    apps.set('chess', 9000)
    taken.add(9000)
    const origins = originsBy('9000-9001')
    await origins.start()
    expect(origins.of('chess')).toEqual({ kind: 'shared', because: 'port 9000 is in use' })
    expect(origins.urlOf('chess', 'http://box:8888')).toBeUndefined()
    expect(warnings).toMatchObject([
      { event: 'app-origin-failed', app: 'chess', port: 9000, reason: 'port 9000 is in use' },
    ])
    taken.clear()
    tell('chess')
    await origins.settled()
    expect(origins.of('chess').kind).toBe('own')
  })

  test('an app for which none is left, and one that was put there by hand, share the origin', async () => {
    apps.set('chess', 9000).set('go', undefined)
    const origins = originsBy('9000-9000')
    await origins.start()
    expect(origins.of('go')).toEqual({
      kind: 'shared',
      because: expect.stringContaining(
        'no port is left in BOX_APP_ORIGINS=9000-9000: delete an app',
      ),
    })
    expect(warnings).toMatchObject([{ event: 'app-origin-failed', app: 'go' }])
    expect(origins.of('by-hand').because).toContain('it lies in web/apps')
  })
})

describe('[APPS1] by names', () => {
  test('each app is at a host of its own, by the scheme and port by which the box was asked', () => {
    const origins = originsBy('*.apps.school.example')
    expect(origins.urlOf('chess', 'https://box.school.example')).toBe(
      'https://chess.apps.school.example/',
    )
    expect(origins.urlOf('chess', 'http://192.168.1.5:8888')).toBe(
      'http://chess.apps.school.example:8888/',
    )
    expect(origins.of('our chess').because).toBe(
      'its name, our chess, cannot be part of a host name',
    )
    expect(origins.urlOf('our chess', 'https://box.school.example')).toBeUndefined()
  })

  test('a host tells whose it is', () => {
    const origins = originsBy('*.apps.school.example')
    expect(origins.appAt(8888, 'https://chess.apps.school.example')).toBe('chess')
    expect(origins.appAt(8888, 'https://CHESS.apps.school.example.:8888')).toBe('chess')
    expect(origins.appAt(8888, 'https://apps.school.example')).toBeUndefined()
    expect(origins.appAt(8888, 'https://192.168.1.5')).toBeUndefined()
  })

  test('names below localhost are for the box’s own machine: others would be led to theirs', () => {
    const origins = originsBy('*.localhost')
    expect(origins.urlOf('chess', 'http://localhost:8888')).toBe('http://chess.localhost:8888/')
    expect(origins.urlOf('chess', 'http://127.0.0.1:8888')).toBe('http://chess.localhost:8888/')
    expect(origins.urlOf('chess', 'http://192.168.1.5:8888')).toBeUndefined()
  })
})

test('without walls there is nothing to say, and no port is opened', async () => {
  apps.set('chess', 9000)
  const origins = originsBy('')
  await origins.start()
  expect(origins.areWanted).toBe(false)
  expect(origins.of('chess')).toEqual({ kind: undefined, because: '' })
  expect(origins.urlOf('chess', 'http://box:8888')).toBeUndefined()
  expect(origins.appAt(9000, 'http://box:9000')).toBeUndefined()
  expect(open).toEqual([])
})
