import { expect, it } from 'vitest'
import { boundUnfinished } from './unfinished-frames.ts'

const sender = (unfinishedBytes: number) => ({
  ...{ isOpen: true, unfinishedBytes, code: 0, reason: '' },
  close(code: number, reason: string) {
    Object.assign(this, { code, reason, isOpen: false })
  },
})

const codes = (senders: ReadonlyArray<{ code: number }>) => senders.map(({ code }) => code)

it('[LIMIT16] closes those with the longest unfinished frames, until the rest is within the limit', () => {
  const senders = [900_000, 200_000, 1_000_000, 400_000].map(sender)
  const closed: unknown[] = []
  boundUnfinished(senders, (each) => closed.push(each), 700_000)
  expect(codes(senders)).toEqual([4003, 0, 4003, 0])
  expect(closed).toEqual([senders[2], senders[0]])
})

it('[LIMIT16] closes nobody while all of them together are within it', () => {
  const senders = [900_000, 200_000].map(sender)
  boundUnfinished(senders, () => {}, 1_100_000)
  expect(codes(senders)).toEqual([0, 0])
})

it('[LIMIT16] spares those whose frame is an ordinary one', () => {
  const senders = [...Array.from({ length: 20 }, () => sender(90_000)), sender(3_000_000)]
  boundUnfinished(senders, () => {}, 1_000_000)
  expect(codes(senders)).toEqual([...Array(20).fill(0), 4003])
})
