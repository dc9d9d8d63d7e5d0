const OUTCOMES = [
  [', in vain', ({ got, vain }) => vain > 0 && got === 0],
  [', not always got', ({ got, vain }) => vain > 0 && got > 0],
  ['', ({ got, vain }) => got === 0 && vain === 0],
  [', got', ({ got, vain }) => got > 0 && vain === 0],
]

/**
 * What pages of an app asked of the internet while people used them, what they did not get first.
 * @param {{asked?: {host: string, got: number, vain: number, unclear: number}[]}} app as `/apps` lists it
 * @param {number} most hosts that are named
 * @returns {string} "" if they asked nothing
 */
export function askedWords({ asked = [] }, most = Infinity) {
  if (asked.length === 0) return ''
  const hosts = OUTCOMES.flatMap(([words, isMeant]) =>
    asked.filter(isMeant).map(({ host }) => host + words),
  )
  const others = hosts.length - most
  const more = others > 0 ? `; and ${others} more` : ''
  return `While people used it, it asked: ${hosts.slice(0, most).join('; ')}${more}`
}
