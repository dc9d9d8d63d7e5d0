import type { Announced } from './system/announced-addresses.ts'

/** Networks come and go: so often it is looked (ms). */
const LOOK_EVERY_MS = 15_000

export interface AddressWatchParts {
  readonly announced: () => Announced
  readonly timers: { every(intervalMs: number, run: () => void): () => void }
  /** Resolves when it is to be looked at once, as when the box has got a name. */
  readonly hint?: Promise<void>
  /** told of addresses for others that are not those of before */
  readonly onChange: (announced: Announced) => void
}

/**
 * Looks whether the addresses that lead others to the box are still the same: whoever starts a box before the network
 * is there, or moves to another one, is told where it is.
 * @returns what ends it
 */
export function watchAddresses(parts: AddressWatchParts): () => void {
  const { announced, timers, hint, onChange } = parts
  let last = textOf(announced())
  const look = () => {
    const now = announced()
    const text = textOf(now)
    if (text === last) return
    last = text
    onChange(now)
  }
  void hint?.then(look)
  return timers.every(LOOK_EVERY_MS, look)
}

function textOf({ others }: Announced): string {
  return [...others.urls].sort().join(' ')
}
