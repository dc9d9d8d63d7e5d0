import { expect, test } from 'vitest'
import { KnownHosts } from './known-hosts.ts'
import { OwnNetworks } from './own-networks.ts'
import { Policy } from './policy.ts'

const hosts = new KnownHosts({ isNamed: () => false, isLocal: () => false })

function bed(first: readonly string[]) {
  const state = { now: 0, subnets: first, reads: 0 }
  const read = () => {
    state.reads += 1
    return state.subnets
  }
  const own = new OwnNetworks(read, { now: () => state.now })
  const policy = new Policy('lan', [], hosts, own)
  const isIn = (address: string) => policy.passFor({ address, hosts: ['129.13.5.7'] }) !== undefined
  return { state, isIn }
}

test('[ACCESS2] who is in a network of the machine itself is on the LAN, with public addresses too', () => {
  const { isIn } = bed(['129.13.5.7/16', '2001:db8:5::7/64'])
  expect(isIn('129.13.200.1')).toBe(true)
  expect(isIn('2001:db8:5::99')).toBe(true)
  expect(isIn('129.14.0.1')).toBe(false)
  expect(isIn('2001:db8:6::99')).toBe(false)
})

test('[ACCESS2] a prefix that changes counts within five seconds, the old one no more', () => {
  const { state, isIn } = bed(['2001:db8:5::7/64'])
  expect(isIn('2001:db8:5::99')).toBe(true)
  state.subnets = ['2001:db8:6::7/64']
  state.now += 5000
  expect(isIn('2001:db8:5::99')).toBe(false)
  expect(isIn('2001:db8:6::99')).toBe(true)
})

test('[ACCESS2] strangers make the box look at its interfaces once in five seconds, near ones never', () => {
  const { state, isIn } = bed([])
  expect(isIn('192.168.1.30')).toBe(true)
  expect(state.reads).toBe(0)
  for (let index = 0; index < 1000; index++) isIn(`203.0.113.${index % 250}`)
  expect(state.reads).toBe(1)
  state.now += 5000
  isIn('203.0.113.1')
  expect(state.reads).toBe(2)
})

test('[ACCESS2] the networks of a machine open nothing but the policy lan', () => {
  const own = new OwnNetworks(() => ['129.13.5.7/16'], { now: () => 0 })
  const policy = new Policy('invite', [], hosts, own)
  expect(policy.passFor({ address: '129.13.200.1', hosts: ['129.13.5.7'] })).toBeUndefined()
})
