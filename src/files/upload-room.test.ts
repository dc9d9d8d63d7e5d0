import { beforeEach, describe, expect, test } from 'vitest'
import { UploadError } from './upload-error.ts'
import { UploadRoom, type VolumeUse } from './upload-room.ts'

let now: number
let volume: VolumeUse
let looks: number

beforeEach(() => {
  now = 0
  volume = { usedBytes: 0, freeBytes: 1000 }
  looks = 0
})

function roomFor(mostPercent: number, reserveBytes: number): UploadRoom {
  const measure = async () => {
    looks += 1
    return volume
  }
  return new UploadRoom(measure, { mostPercent, reserveBytes }, () => now)
}

describe('[LIMIT23] there is room', () => {
  test.each([
    ['up to the percentage', 90, 0, 100, 900, 800],
    ['up to the reserve', 100, 300, 100, 900, 600],
    ['up to the percentage, if the reserve is less', 50, 100, 100, 900, 400],
    ['of what the box may have, not of what others keep', 50, 0, 100, 300, 100],
  ])('%s', async (_what, percent, reserve, usedBytes, freeBytes, left) => {
    volume = { usedBytes, freeBytes }
    const room = roomFor(percent, reserve)
    await room.ensure(left)
    await expect(room.ensure(left + 1)).rejects.toMatchObject({
      statusCode: 507,
      limit: 'volume-use',
      message: expect.stringContaining('its owner has to make room'),
    })
  })
})

test('[LIMIT23] a volume that is too full has no room for an upload of unknown size', async () => {
  volume = { usedBytes: 900, freeBytes: 100 }
  await expect(roomFor(90, 0).ensure(0)).rejects.toThrow(UploadError)
})

test('what is taken is gone before the volume is looked at again', async () => {
  const room = roomFor(90, 0)
  await room.take(500)
  await room.take(300)
  await expect(room.take(101)).rejects.toThrow(UploadError)
  await room.take(100)
  await expect(room.ensure(0)).rejects.toThrow(UploadError)
  expect(looks).toBe(1)
})

test('the volume is looked at once a second, for all who ask', async () => {
  const room = roomFor(90, 0)
  await Promise.all([room.ensure(1), room.take(1), room.ensure(1)])
  now = 999
  await room.ensure(1)
  expect(looks).toBe(1)
  now = 1000
  volume = { usedBytes: 1000, freeBytes: 0 }
  await expect(room.ensure(1)).rejects.toThrow(UploadError)
  expect(looks).toBe(2)
})

test('a volume that cannot be looked at is no full one', async () => {
  const room = new UploadRoom(
    () => Promise.reject(new Error('EIO')),
    { mostPercent: 90, reserveBytes: 0 },
    () => now,
  )
  await expect(room.ensure(1)).rejects.toThrow('EIO')
  await expect(room.ensure(1)).rejects.not.toThrow(UploadError)
})
