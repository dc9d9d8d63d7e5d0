import { expect, it } from 'vitest'
import { findingOfProxies } from './trusted-proxies.ts'

it.each([
  [['loopback'], ['192.168.1.5'], 'ok'],
  [['192.168.1.9'], ['192.168.1.5'], 'ok'],
  [['uniquelocal'], ['192.168.1.5'], 'warning'],
  [['192.168.1.0/24'], ['192.168.1.5'], 'warning'],
  [['uniquelocal'], [], 'ok'],
  [['0.0.0.0/0'], [], 'problem'],
  [[], ['192.168.1.5'], 'ok'],
])('believed are %o, reached is %o: %s', (trusted, own, status) => {
  expect(findingOfProxies(trusted, own).status).toBe(status)
})
