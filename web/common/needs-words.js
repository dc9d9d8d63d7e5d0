/**
 * What an app loads from the internet, as far as its files tell: the packages by name, with their
 * hosts, and the other hosts.
 * @param {{needs?: string[], packages?: {name: string, host: string}[]}} app as `/apps` lists it
 * @param {number} most of these that are named
 * @returns {string} "" if it loads nothing from there
 */
export function needsWords({ needs = [], packages = [] }, most = Infinity) {
  if (needs.length === 0) return ''
  const named = needs.flatMap((host) => {
    const there = packages.filter((one) => one.host === host)
    return there.length > 0 ? there.map(({ name }) => `${name} (${host})`) : [host]
  })
  const others = named.length - most
  const more = others > 0 ? ` and ${others} more` : ''
  return `Needs the internet: ${named.slice(0, most).join(', ')}${more}`
}
