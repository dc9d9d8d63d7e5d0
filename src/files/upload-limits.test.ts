import { beforeEach, expect, test } from 'vitest'
import { UploadError } from './upload-error.ts'
import { type UploadAmounts, UploadLimits } from './upload-limits.ts'

const AMOUNTS: UploadAmounts = {
  uploadsPerMinute: 6,
  bytesPerMinute: 6000,
  atOncePerAddress: 2,
  atOnce: 3,
}
const ANY = '10.0.0.1'
const OTHER = '10.0.0.2'

let now: number
let breaches: string[]
let limits: UploadLimits

beforeEach(() => {
  now = 0
  breaches = []
  limits = new UploadLimits(AMOUNTS, {
    now: () => now,
    accountOf: (address) => address,
    onBreach: (limit, address) => breaches.push(`${limit} ${address}`),
  })
})

function upload(address: string, bytes: number): Promise<string> {
  return limits.run(address, async ({ onBytes }) => {
    onBytes(bytes)
    return 'done'
  })
}

/** An upload that is under way until `end` is called. */
function begin(address: string): { end: () => void; done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { end: resolve, done: limits.run(address, () => promise) }
}

test('[LIMIT20] an address gets so many uploads a minute, and is told when to try again', async () => {
  for (let n = 0; n < 6; n += 1) expect(await upload(ANY, 1)).toBe('done')
  await expect(upload(ANY, 1)).rejects.toMatchObject({
    statusCode: 429,
    headers: { 'retry-after': '10' },
    message: expect.stringContaining('try again in 10 s'),
  })
  expect(await upload(OTHER, 1)).toBe('done')
  expect(breaches).toEqual([`uploads-per-minute ${ANY}`])
  now = 10_000
  expect(await upload(ANY, 1)).toBe('done')
})

test('[LIMIT21] an address that brought a minute’s worth of bytes waits until it is paid back', async () => {
  await upload(ANY, 5000)
  await upload(ANY, 2000)
  await expect(upload(ANY, 1)).rejects.toMatchObject({
    statusCode: 429,
    headers: { 'retry-after': '11' },
  })
  expect(breaches).toEqual([`upload-bytes-per-minute ${ANY}`])
  expect(await upload(OTHER, 1)).toBe('done')
  now = 10_010
  expect(await upload(ANY, 1)).toBe('done')
})

test('[LIMIT21] bytes of an upload count while they come, and when it fails', async () => {
  const failing = limits.run(ANY, async ({ onBytes }) => {
    onBytes(6000)
    await expect(upload(ANY, 1)).rejects.toThrow(UploadError)
    throw new Error('gone')
  })
  await expect(failing).rejects.toThrow('gone')
  await expect(upload(ANY, 1)).rejects.toThrow(UploadError)
})

test('[LIMIT22] an address gets so many uploads at once', async () => {
  const [one, two] = [begin(ANY), begin(ANY)]
  await expect(begin(ANY).done).rejects.toMatchObject({
    statusCode: 429,
    headers: { 'retry-after': '5' },
  })
  expect(breaches).toEqual([`address-uploads-at-once ${ANY}`])
  one.end()
  await one.done
  const three = begin(ANY)
  two.end()
  three.end()
  await three.done
})

test('[LIMIT22] so do all together', async () => {
  const uploads = [ANY, ANY, OTHER].map(begin)
  await expect(begin('10.0.0.3').done).rejects.toMatchObject({
    statusCode: 503,
    headers: { 'retry-after': '5' },
  })
  expect(breaches).toEqual(['uploads-at-once 10.0.0.3'])
  for (const { end, done } of uploads) {
    end()
    await done
  }
})

test('an upload that fails is over', async () => {
  for (let n = 0; n < 3; n += 1) {
    await expect(limits.run(ANY, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  }
  expect(breaches).toEqual([])
})

test('tells of limits that are met while it runs', async () => {
  const tooLarge = new UploadError(413, 'too large', { limit: 'upload-size' })
  await expect(limits.run(ANY, () => Promise.reject(tooLarge))).rejects.toBe(tooLarge)
  expect(breaches).toEqual([`upload-size ${ANY}`])
})

test('takes an upload of a client that has gone, and has no address any more', async () => {
  expect(await limits.run(undefined, async ({ sender }) => sender)).toBe('')
})

test('remembers no address for longer than it has to', async () => {
  const long = begin(OTHER)
  for (let n = 0; n < 100; n += 1) await upload(`10.1.0.${n}`, 1)
  expect(limits.size).toBe(101)
  now = 60_000
  await upload(ANY, 1)
  expect(limits.size).toBe(2)
  long.end()
  await long.done
})
