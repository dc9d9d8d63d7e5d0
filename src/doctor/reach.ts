import { type Address, hostOf } from './address.ts'
import { type Answer, ask } from './ask.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { codeOf, reasonOf } from './reason.ts'

/** What `/healthz` of an address answers. */
export type Reach =
  | { readonly tag: 'box'; readonly ms: number }
  /** a browser is led elsewhere */
  | { readonly tag: 'led'; readonly to: string }
  | { readonly tag: 'stranger'; readonly status: number; readonly server: string }
  | { readonly tag: 'none'; readonly code: string | undefined; readonly reason: string }

/** What a proxy says of what is behind it. */
const BEHIND_IS_SILENT = [502, 503, 504]

/** @returns with the answer, for what else is to be read in it */
export async function probeReach(address: Address): Promise<{ reach: Reach; answer?: Answer }> {
  try {
    const answer = await ask(address, 'healthz')
    return { reach: reachOf(answer), answer }
  } catch (error) {
    return { reach: { tag: 'none', code: codeOf(error), reason: reasonOf(error) } }
  }
}

function reachOf({ status, headers, body, tookMs }: Answer): Reach {
  if (status === 200 && String(body) === 'ok') return { tag: 'box', ms: tookMs }
  if (status >= 300 && status < 400) return { tag: 'led', to: headers.location ?? '' }
  return { tag: 'stranger', status, server: String(headers.server ?? '') }
}

/** @param listener the program of this machine that has the port; "" if that is not known, or none */
export function findingOfReach(reach: Reach, { url, dial }: Address, listener: string): Finding {
  switch (reach.tag) {
    case 'box':
      return ok('reach', `the box answers, in ${Math.ceil(reach.ms)} ms`)
    case 'led':
      return warning(
        'reach',
        `whoever comes is led to ${reach.to}: browsers go there, web sockets and uploads of apps do not`,
        'Give people the address at the end, and set BOX_URLS to it.',
      )
    case 'stranger':
      return strange(reach, listener)
    case 'none':
      return silent(reach, url, dial)
  }
}

function strange(
  { status, server }: Extract<Reach, { tag: 'stranger' }>,
  listener: string,
): Finding {
  if (BEHIND_IS_SILENT.includes(status)) {
    return problem(
      'reach',
      `a proxy answers (${status}), and gets no answer from the box behind it`,
      'Start the box (`docker compose up -d` or `npm start`), or mend the address of the box in the settings of the proxy.',
    )
  }
  const who = [server, listener].filter((name) => name !== '').join(', ')
  return problem(
    'reach',
    `another program answers${who && ` (${who})`}: /healthz is ${status}, not "ok"`,
    'Stop that program, or use another port: BOX_PORT; with Docker BOX_HTTP_PORT and BOX_HTTPS_PORT.',
  )
}

function silent(
  { code, reason }: Extract<Reach, { tag: 'none' }>,
  url: URL,
  dial: Address['dial'],
): Finding {
  const where = dial.host === hostOf(url) ? '' : ` (at ${dial.host}:${dial.port})`
  const text = `no answer${where}: ${reason}`
  switch (code) {
    case 'ECONNREFUSED':
      return problem(
        'reach',
        text,
        where === ''
          ? 'Is the box, or the proxy for this address, started and on this port? See BOX_PORT, BOX_HOST and the proxy; an address that is no more, take out of BOX_URLS.'
          : '`docker compose ps` and `docker compose logs nginx` say whether nginx runs, and why not.',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return problem('reach', text, 'Use another address, or have the name known: see above.')
    default:
      return problem(
        'reach',
        text,
        'A firewall may keep the port closed, a guest network keep devices apart, or the address be another one by now. Let the port in, or mend the address in BOX_URLS.',
      )
  }
}
