import { describe, expect, it } from 'vitest'
import { chunk, MAX_FRAME_LENGTH } from './chunk.ts'

const whole = (chunks: readonly string[]) => chunks.map((part) => part.slice(8)).join('')

describe('chunk', () => {
  it('[FRAME2] leaves a frame of a million units alone', () => {
    const text = 'x'.repeat(MAX_FRAME_LENGTH)
    expect(chunk(text)).toEqual([text])
  })

  it('[FRAME2] marks the first and the last chunk', () => {
    const text = 'x'.repeat(MAX_FRAME_LENGTH * 2 + 1)
    const chunks = chunk(text)
    expect(chunks.map((part) => part.slice(0, 8))).toEqual(['_CHUNK10', '_CHUNK00', '_CHUNK01'])
    expect(chunks.map((part) => part.length - 8)).toEqual([1_000_000, 1_000_000, 1])
    expect(whole(chunks)).toBe(text)
  })

  it('[FRAME3] never cuts a code point', () => {
    const text = `${'x'.repeat(MAX_FRAME_LENGTH - 1)}😀${'y'.repeat(10)}`
    const chunks = chunk(text)
    expect(chunks.every((part) => part.isWellFormed())).toBe(true)
    expect(whole(chunks)).toBe(text)
  })
})
