import { parse } from 'plist'
import { expect, test } from 'vitest'
import { appleProfile } from './apple-profile.ts'

const authority = {
  name: 'Croquet <box> & friends',
  certificate: Buffer.from([0x30, 0x82, 0xff, 0x00]),
  fingerprint: 'AB:CD:EF',
  notAfter: new Date(0),
}
const UUID = /^[\dA-F]{8}-[\dA-F]{4}-8[\dA-F]{3}-[89AB][\dA-F]{3}-[\dA-F]{12}$/

test('has the certificate, byte for byte, as a root', async () => {
  const profile = parse(await appleProfile(authority))
  expect(profile).toMatchObject({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadDisplayName: authority.name,
    PayloadUUID: expect.stringMatching(UUID),
    PayloadContent: [
      {
        PayloadType: 'com.apple.security.root',
        PayloadVersion: 1,
        PayloadDisplayName: authority.name,
        PayloadUUID: expect.stringMatching(UUID),
        PayloadContent: new Uint8Array(authority.certificate),
      },
    ],
  })
})

test('takes its own place when it is installed again', async () => {
  expect(await appleProfile(authority)).toBe(await appleProfile({ ...authority }))
})

test('is another for another authority, and so are all its names', async () => {
  const names = async (fingerprint: string) => {
    const text = await appleProfile({ ...authority, fingerprint })
    const ids = /(?<=Payload(?:UUID|Identifier)<\/key>\s*<string>)[^<]+/g
    return text.match(ids) ?? []
  }
  const all = [...(await names('AB:CD:EF')), ...(await names('AB:CD:EE'))]
  expect(all).toHaveLength(8)
  expect(new Set(all).size).toBe(8)
})
