const MOST_HOSTS = 3

/**
 * What pages of an app asked of the internet while people used them, a sentence for each outcome.
 * @param {{asked?: {host: string, got: number, vain: number, unclear: number}[]}} app as `/apps` lists it
 * @returns {string[]}
 */
export function askedWords({ asked = [] }) {
  const outcomes = [
    ['While people used it, it asked in vain', ({ got, vain }) => vain > 0 && got === 0],
    [
      'While people used it, it got only some of what it asked',
      ({ got, vain }) => vain > 0 && got > 0,
    ],
    ['While people used it, it got what it asked', ({ got, vain }) => got > 0 && vain === 0],
    ['While people used it, it asked', ({ got, vain }) => got === 0 && vain === 0],
  ]
  return outcomes.flatMap(([words, isMeant]) => {
    const hosts = asked.filter(isMeant).map(({ host }) => host)
    if (hosts.length === 0) return []
    const others = hosts.length - MOST_HOSTS
    const more = others > 0 ? ` and ${others} more` : ''
    return `${words}: ${hosts.slice(0, MOST_HOSTS).join(', ')}${more}`
  })
}
