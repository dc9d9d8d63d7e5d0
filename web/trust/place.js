/** What browsers keep for https, as the box names it, in words. */
const KEPT = {
  camera: 'the camera or microphone',
  screen: 'sharing the screen',
  xr: 'virtual reality',
  location: 'your location',
  motion: 'motion sensors',
  devices: 'devices by USB or Bluetooth',
  threads: 'its engine',
}

const DASHBOARD = /^\/admin(?:[/?#]|$)/

/**
 * Where somebody is on their way to.
 * @typedef {{
 *   title: string,
 *   secure: string[] | null,
 *   isHttpsOnly?: boolean,
 * }} Place `secure`: what it may need https for, in words; null: that cannot be told
 */

/**
 * @param {string} [next] a path of the box; undefined: they came to this page itself
 * @returns {Promise<Place | undefined>}
 */
export async function placeAt(next) {
  if (next === undefined) return undefined
  // By http it leads back here, each time.
  if (DASHBOARD.test(next)) return { title: 'Dashboard', secure: [], isHttpsOnly: true }
  // The box tells it those whom it lets in.
  const { title, secure } = await fetch(`place?${new URLSearchParams({ next })}`, {
    headers: { accept: 'application/json' },
  })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}))
  return {
    title: title || titleOf(next),
    secure: secure?.map((kind) => KEPT[kind] ?? kind) ?? null,
  }
}

function titleOf(next) {
  const [path] = next.split(/[?#]/, 1)
  if (path === '/') return 'All apps'
  const [, name] = /^\/(?:apps|demos)\/([^/]+)/.exec(path) ?? []
  return name === undefined ? path : decoded(name)
}

function decoded(name) {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** "a, b and c" */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
