import { expect, test } from 'vitest'
import { doubtfulNames } from './doubtful-names.ts'

const OWN = ['192.168.1.20', '2001:db8::5']
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'box.school': ['192.168.1.20'],
  'both.school': ['10.0.0.9', '192.168.1.20'],
  'router.example': ['203.0.113.9'],
  'debian.school': ['127.0.1.1'],
  'old.school': ['192.168.1.66', 'fd00::66'],
}

async function addressesOf(name: string): Promise<readonly string[]> {
  const addresses = KNOWN[name]
  if (addresses) return addresses
  const code = name === 'broken.school' ? 'EAI_AGAIN' : 'ENOTFOUND'
  throw Object.assign(new Error(code), { code })
}

test('a name is doubtful that no name server knows, or that leads to another machine', async () => {
  const names = [...Object.keys(KNOWN), 'gone.school', 'broken.school']
  expect(await doubtfulNames({ names, own: OWN, addressesOf })).toEqual([
    { name: 'old.school', because: 'leads to 192.168.1.66, fd00::66, which is not this machine' },
    { name: 'gone.school', because: 'leads nowhere from here' },
  ])
})

test('addresses, wildcards and names of the own machine are not looked up', async () => {
  const asked: string[] = []
  const names = ['10.0.0.9', 'fd00::9', '*.school', 'localhost']
  await doubtfulNames({
    ...{ names, own: OWN },
    addressesOf: async (name) => {
      asked.push(name)
      return []
    },
  })
  expect(asked).toEqual([])
})

test('a name server that does not answer makes no name doubtful', async () => {
  const addressesOf = () => new Promise<never>(() => {})
  expect(await doubtfulNames({ names: ['box.school'], own: OWN, addressesOf })).toEqual([])
})
