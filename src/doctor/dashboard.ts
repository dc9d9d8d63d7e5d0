import { type Address, addressOf, portOf } from './address.ts'
import { ask } from './ask.ts'
import { type Finding, ok, problem, skipped } from './finding.ts'
import { probeReach, type Reach } from './reach.ts'

/** Where the dashboard is, by what is at `/admin/` of an address at which apps are. */
export type DashboardLook =
  /** `url` with a slash at its end; `reach` of what is there */
  | { readonly tag: 'led'; readonly url: URL; readonly reach: Reach }
  /** it is served there itself */
  | { readonly tag: 'shared' }
  | { readonly tag: 'unclear'; readonly status: number }

const REDIRECT = 307
const NO_HTTPS = /^(EPROTO$|ERR_SSL_)/

/** @param front what stands in front of the dashboard, if its address cannot be connected to from here */
export async function probeDashboard(
  address: Address,
  front: URL | undefined,
): Promise<DashboardLook> {
  const { status, headers } = await ask(address, 'admin/')
  if (status === 200) return { tag: 'shared' }
  const led = URL.parse(headers.location ?? '', new URL('admin/', address.url).href)
  if (status !== REDIRECT || !led?.pathname.endsWith('/admin/')) return { tag: 'unclear', status }
  const url = new URL('../', led)
  const { reach } = await probeReach(addressBeside(address, url, front))
  return { tag: 'led', url, reach }
}

export function findingOfDashboard(look: DashboardLook): Finding {
  switch (look.tag) {
    case 'shared':
      return problem(
        'dashboard',
        'the dashboard is served at the address of apps: each app can do there what an admin can',
        'Have the proxy lead `/admin/` and `/api/` to BOX_PORT as all else, and serve the dashboard (BOX_ADMIN_PORT) at a host name or port of its own: BOX_ADMIN_URL.',
      )
    case 'unclear':
      return skipped(
        'dashboard',
        `where the dashboard is was not seen: /admin/ is ${look.status}`,
        'A proxy may keep it to itself.',
      )
    case 'led':
      return findingOfPlace(look.url, look.reach)
  }
}

function findingOfPlace(url: URL, reach: Reach): Finding {
  const place = `${url.href}admin/`
  const port = portOf(url)
  switch (reach.tag) {
    case 'box':
      return ok('dashboard', `the dashboard is at ${place}`)
    case 'led':
    case 'stranger':
      return problem(
        'dashboard',
        `the dashboard is to be at ${place}, and something else answers there`,
        `Lead port ${port} to BOX_ADMIN_PORT of the box, or say where the dashboard is: BOX_ADMIN_URL.`,
      )
    case 'none':
      return problem(
        'dashboard',
        `the dashboard is to be at ${place}, and nobody can open it: ${reach.reason}`,
        adviceFor(reach.code ?? '', port),
      )
  }
}

function adviceFor(code: string, port: number): string {
  if (NO_HTTPS.test(code)) {
    return `There is no https at port ${port}: have your proxy serve it as it serves apps, or say where the dashboard is: BOX_ADMIN_URL.`
  }
  if (code === 'ECONNREFUSED') {
    return `Nothing listens at port ${port}. With Docker it has to be published (\`ports\` of nginx in docker-compose.yml); a proxy of your own has to serve it as well, or BOX_ADMIN_URL to say where it is.`
  }
  return `A firewall may keep port ${port} closed: let it in, from where you look after the box.`
}

/** The dashboard's address, reached in the way in which that of apps is. */
function addressBeside({ url, dial }: Address, place: URL, front: URL | undefined): Address {
  const beside = addressOf(place.href)
  if (front) return { ...beside, dial: { host: front.hostname, port: portOf(front) } }
  return place.hostname === url.hostname
    ? { ...beside, dial: { ...dial, port: portOf(place) } }
    : beside
}
