import { expect, test } from 'vitest'
import { startThreadResponder } from './thread-responder.ts'

/** Of no interface of this machine: nothing is sent anywhere. */
const NOWHERE = { name: 'none0', addresses: ['203.0.113.1'] }

test('a network that cannot be had is a failure in words, of which the thread ends', async () => {
  const events: string[] = []
  const failed = Promise.withResolvers<string>()
  const publication = { label: 'test', port: 1, networks: [NOWHERE], onlyAddress: undefined }
  const responder = startThreadResponder(
    { ...publication, isIpv6: true },
    {
      named: () => events.push('named'),
      taken: () => events.push('taken'),
      failed: failed.resolve,
    },
  )
  expect(await failed.promise).toMatch(/^none0: (addMembership|bind) E[A-Z]+/)
  await responder.close()
  await responder.close()
  expect(events).toEqual([])
})
