import type { Address } from './address.ts'
import { type Finding, ok, problem, skipped, warning } from './finding.ts'
import { findingOfRefusal } from './refusal.ts'

/** A message should not take longer than people notice (ms). */
const SLOW_MS = 250
/** Ticks that come further apart were held up by something on their way (ms). */
const LATE_TICK_MS = 600

/** What became of two clients that joined one session. */
export type Join = Joined | Refused | { readonly tag: 'failed'; readonly reason: string }

/** The request for a web socket was answered with something else. */
export interface Refused {
  readonly tag: 'refused'
  readonly status: number
  /** of the box; "" if somebody else answered */
  readonly sentence: string
}

export interface Joined {
  readonly tag: 'joined'
  readonly isSameTimeline: boolean
  readonly isSameOrder: boolean
  /** from one client to the box and to the other, ms */
  readonly messageMs: number
  /** the longest time between two ticks, ms */
  readonly tickGapMs: number
  /** why no snapshot could be uploaded; "" if one was */
  readonly snapshotTrouble: string
  /** where a joiner is told to fetch the snapshot; "" if none was told of */
  readonly snapshotUrl: string
}

const PASS_ON_UPGRADES =
  'In the proxy in front of the box, pass on web sockets. nginx: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; ' +
  'proxy_set_header Connection "upgrade";`; Apache: `ProxyPass … upgrade=websocket`; Caddy and Traefik do it by themselves.'

export function findingsOfJoin(join: Join, { url }: Address): Finding[] {
  switch (join.tag) {
    case 'joined':
      return [together(join), ticks(join), knownAddress(join, url)]
    case 'refused':
      return [refusal(join)]
    case 'failed':
      return [
        problem(
          'join',
          `nobody can join: ${join.reason}`,
          'Web sockets open here and carry nothing. See whether a proxy, a firewall or a virus scanner between here and the box holds them up.',
        ),
      ]
  }
}

/** @param shut why nobody is let in from here who shows nothing, as the doctor did in the end */
export function findingOfDoor({ status, sentence }: Refused): Finding {
  if (status === 401) {
    return ok(
      'door',
      'nobody is let in who shows nothing; the doctor came in with a token of its own',
    )
  }
  return warning(
    'door',
    `whoever comes from here is not let in; the doctor was, with a token of its own. ${capital(sentence)}`,
    'If people come by this address, let their network in with BOX_ALLOW, or see docs/security.md for other ways.',
  )
}

function refusal({ status, sentence }: Refused): Finding {
  if (sentence !== '') return findingOfRefusal('join', status, sentence)
  return problem(
    'join',
    `web sockets do not come through: the request for one was answered with ${status}`,
    PASS_ON_UPGRADES,
  )
}

function together({ isSameTimeline, isSameOrder, messageMs }: Joined): Finding {
  if (!isSameTimeline) {
    return problem(
      'join',
      'two clients came to different boxes, and do not see each other',
      'Let the proxy send all requests to one box: a second one has its own sessions.',
    )
  }
  if (!isSameOrder) {
    return problem(
      'join',
      'two clients joined, and heard different things',
      'Restart the box; if it happens again, something between here and the box changes what web sockets carry.',
    )
  }
  const text = `two clients join and hear each other in the same order; a message takes ${Math.ceil(messageMs)} ms`
  if (messageMs <= SLOW_MS) return ok('join', text)
  return warning(
    'join',
    text,
    'People notice that. Use a cable in place of wifi, or a box that is nearer.',
  )
}

function ticks({ tickGapMs }: Joined): Finding {
  if (tickGapMs <= LATE_TICK_MS) return ok('ticks', 'ticks come in time')
  return warning(
    'ticks',
    `ticks come in bursts, up to ${(tickGapMs / 1000).toFixed(1)} s apart: apps stand still meanwhile`,
    'Let the proxy pass on what comes at once (nginx: `proxy_buffering off;`). Without a proxy, the network or the machine is too busy.',
  )
}

/** Whether the box knows by which address people come: what it tells clients to fetch has an address made of that. */
function knownAddress({ snapshotTrouble, snapshotUrl }: Joined, url: URL): Finding {
  if (snapshotTrouble !== '') {
    return skipped('address', `which address clients are told was not seen: ${snapshotTrouble}`)
  }
  const told = URL.parse(snapshotUrl)
  if (!told) {
    return problem(
      'address',
      'who joins is told of no snapshot, though one was stored',
      'Look into the log of the box for what became of it.',
    )
  }
  const wrong = wrongPart(told, url)
  if (!wrong) return ok('address', 'clients are sent to the same address for their files')
  const text = `clients are sent to ${told.origin}${prefixOf(told)} for their files: ${wrong.why}`
  return problem('address', text, wrong.advice)
}

const BELIEVED = 'and name the proxy in BOX_TRUSTED_PROXIES, unless it is on the machine of the box'

function wrongPart(told: URL, url: URL): { why: string; advice: string } | undefined {
  if (told.hostname !== url.hostname) {
    return {
      why: 'the proxy does not say the host',
      advice: `Have the proxy pass it on (nginx: \`proxy_set_header X-Forwarded-Host $http_host;\`), ${BELIEVED}.`,
    }
  }
  if (told.protocol !== url.protocol) {
    return {
      why: 'the proxy does not say that people come by https',
      advice: `Have the proxy say so (nginx: \`proxy_set_header X-Forwarded-Proto $scheme;\`), ${BELIEVED}.`,
    }
  }
  if (told.port !== url.port) {
    return {
      why: 'the proxy does not say the port',
      advice: `Have the proxy pass it on with the host (nginx: \`$http_host\`, not \`$host\`), ${BELIEVED}.`,
    }
  }
  if (prefixOf(told) === url.pathname) return undefined
  return {
    why: 'the proxy does not say the path below which the box is',
    advice: `Have the proxy say so (nginx: \`proxy_set_header X-Forwarded-Prefix ${url.pathname.replace(/\/$/, '')};\`), ${BELIEVED}.`,
  }
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}

function prefixOf({ pathname }: URL): string {
  return pathname.replace(/files\/.*$/, '')
}
