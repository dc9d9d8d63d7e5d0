/** A frame with more UTF-16 units than this goes out in chunks (FRAME2). */
export const MAX_FRAME_LENGTH = 1_000_000

/** The header of one chunk of a long frame. */
export function chunkHeader(isFirst: boolean, isLast: boolean): string {
  return `_CHUNK${isFirst ? 1 : 0}${isLast ? 1 : 0}`
}

/** Whether a frame has to go out in chunks. */
export function isLong(text: string): boolean {
  return text.length > MAX_FRAME_LENGTH
}

/** The texts to send for one frame: itself if it is short enough, else its chunks in order. */
export function chunk(text: string): string[] {
  if (!isLong(text)) return [text]
  const slices = slice(text)
  return slices.map((part, index) => chunkHeader(index === 0, index === slices.length - 1) + part)
}

/** Pieces of at most {@link MAX_FRAME_LENGTH} units. Never cuts a code point, whose halves UTF-8 cannot hold. */
export function slice(text: string): string[] {
  const slices: string[] = []
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + MAX_FRAME_LENGTH, text.length)
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1
    slices.push(text.slice(start, end))
    start = end
  }
  return slices
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
