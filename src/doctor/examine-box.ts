import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { isEverywhere, lanAddresses } from '../system/addresses.ts'
import { hostOf } from './address.ts'
import { announcedUrls, MOST_ADDRESSES } from './announced.ts'
import { probeBox } from './box-probe.ts'
import { findingOfBox } from './box-state.ts'
import { findingOfClock } from './clock.ts'
import { watchClock } from './clock-probe.ts'
import { contextsOf, ownAddresses } from './contexts.ts'
import { examineAddress } from './examine-address.ts'
import { type Finding, ok, type Section, skipped } from './finding.ts'
import { findingsOfFolder } from './folder.ts'
import { probeFolder } from './folder-probe.ts'
import { findingsOfMachine } from './machine.ts'
import { probeMachine } from './machine-probe.ts'
import { probeName } from './name-probe.ts'
import { findingOfLoneliness, findingOfName, type NameLook } from './names.ts'
import { findingOfProxies } from './trusted-proxies.ts'

export interface BoxOrder {
  readonly config: Config
  /** names by which people reach the box, beside the addresses that it greets with */
  readonly hostnames: readonly string[]
  /** what stands in front of the box, if its addresses cannot be connected to from here */
  readonly fronts: readonly URL[]
  /** what stands in front of its dashboard, likewise */
  readonly adminFront: URL | undefined
  /** of the upload */
  readonly bytes: number
  /** told what is looked at now */
  readonly onStep: (what: string) => void
}

/** Looks at the box of this machine, whether it runs or not. */
export async function examineBox(order: BoxOrder): Promise<Section[]> {
  const { config, fronts, hostnames, onStep } = order
  const dir = resolve(config.filesDir)
  const lookAtClock = watchClock(dir, { wallTime: Date.now, now: () => performance.now() })
  const all = announcedUrls(config, hostnames)
  const urls = all.slice(0, MOST_ADDRESSES)
  onStep('the machine, the folder and names')
  const [machine, folder, names, box] = await Promise.all([
    probeMachine(),
    probeFolder(dir),
    namesOf(urls),
    probeBox(config),
  ])
  const isRunning = box.reach.tag === 'box'
  const addresses = isRunning ? await examineAll(urls, names, order) : []
  return [
    { title: 'Settings', findings: [ok('settings', 'the settings are right')] },
    {
      title: 'This machine',
      findings: [...findingsOfMachine(machine, config), findingOfClock(await lookAtClock())],
    },
    { title: `Folder ${dir}`, findings: findingsOfFolder(folder, config) },
    { title: 'The box', findings: [findingOfBox(box), proxiesOf(config, fronts)] },
    { title: 'Names and addresses', findings: [...nameFindings(names, fronts), ...left(all)] },
    ...addresses,
  ]
}

async function namesOf(urls: readonly string[]): Promise<Map<string, NameLook>> {
  const hosts = new Set(urls.map((url) => hostOf(new URL(url))))
  const looks = await Promise.all([...hosts].map(probeName))
  return new Map(looks.map((look) => [look.host, look]))
}

async function examineAll(
  urls: readonly string[],
  names: ReadonlyMap<string, NameLook>,
  { config, fronts, adminFront, bytes, onStep }: BoxOrder,
): Promise<Section[]> {
  const { maxUploadBytes } = config
  const dir = resolve(config.filesDir)
  const around = { dir, fronts, adminFront, names, bytes: Math.min(bytes, maxUploadBytes) }
  const contexts = await contextsOf(urls, around)
  const missing = new Set(urls)
  onStep([...missing].join(', '))
  return Promise.all(
    contexts.map(async (context) => {
      const section = await examineAddress(context)
      missing.delete(context.address.url.href)
      onStep([...missing].join(', '))
      return section
    }),
  )
}

/** From inside a container nothing is known of the network that people are in. */
function nameFindings(names: ReadonlyMap<string, NameLook>, fronts: readonly URL[]): Finding[] {
  if (fronts.length > 0) {
    return [
      skipped(
        'name',
        'whether names and addresses lead here cannot be seen from inside the container',
        'On another machine, in a checkout after `npm ci`: `npm run doctor -- https://…/`, with the address that you give to people.',
      ),
    ]
  }
  const own = [...new Set([...lanAddresses(), ...ownAddresses()])]
  const others = [...names.values()].filter(({ host }) => host !== 'localhost')
  const lonely = findingOfLoneliness([...names.keys()])
  return [...others.map((look) => findingOfName(look, own)), ...(lonely ? [lonely] : [])]
}

function left(urls: readonly string[]): Finding[] {
  const rest = urls.slice(MOST_ADDRESSES)
  return rest.map((url) => skipped('name', `${url} was not looked at: there are too many`))
}

/** In the container nobody but nginx reaches the box. */
function proxiesOf({ trustedProxies, host }: Config, fronts: readonly URL[]): Finding {
  const isOpen = fronts.length === 0 && isEverywhere(host)
  return findingOfProxies(trustedProxies, isOpen ? lanAddresses() : [])
}
