/** So many hosts are remembered of an app, and so many apps: who asks more of the internet is well known by then. */
const MOST_HOSTS = 30
const MOST_APPS = 200
/** So many reports count, of each app and address, in this time (ms); so many reporters are told apart in it. */
const MOST_REPORTS = 20
const MOST_REPORTERS = 2000
const WINDOW_MS = 60_000

/** `unclear`: browsers do not tell of everything that they load whether it came. */
export const OUTCOMES = ['got', 'vain', 'unclear'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A host that pages of an app asked while people used it, and how many pages got something there, or asked in vain. */
export interface AskedHost extends Readonly<Record<Outcome, number>> {
  /** with a port unless it is the usual one */
  readonly host: string
}

/** What a page saw. */
export interface HostReport {
  readonly host: string
  readonly outcome: Outcome
}

/** Which release of which app it is about. */
export interface AskingApp {
  readonly name: string
  /** absolute path of its folder: another release has another */
  readonly root: string
}

interface Memory {
  readonly root: string
  readonly hosts: Map<string, AskedHost>
}

/** What apps asked of the internet, as the box's script in their pages saw it. It is kept in memory. */
export class AskedHosts {
  readonly #now: () => number
  /** by name; those told of last come last */
  readonly #apps = new Map<string, Memory>()
  readonly #reports = new Map<string, number>()
  #windowStart = -Infinity

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @returns false: it does not count, since there were too many from there */
  note({ name, root }: AskingApp, account: string, reports: readonly HostReport[]): boolean {
    if (!this.#admits(`${name} ${account}`)) return false
    const known = this.#apps.get(name)
    const memory = known?.root === root ? known : { root, hosts: new Map<string, AskedHost>() }
    this.#apps.delete(name)
    this.#apps.set(name, memory)
    const [oldest] = this.#apps.keys()
    if (oldest !== undefined && this.#apps.size > MOST_APPS) this.#apps.delete(oldest)
    for (const report of reports) addTo(memory.hosts, report)
    return true
  }

  /** By name; none of another release. */
  of({ name, root }: AskingApp): readonly AskedHost[] {
    const memory = this.#apps.get(name)
    if (memory?.root !== root) return []
    return [...memory.hosts.values()].toSorted((one, other) => (one.host < other.host ? -1 : 1))
  }

  #admits(reporter: string): boolean {
    const now = this.#now()
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now
      this.#reports.clear()
    }
    const before = this.#reports.get(reporter)
    if (before === undefined && this.#reports.size >= MOST_REPORTERS) return false
    if ((before ?? 0) >= MOST_REPORTS) return false
    this.#reports.set(reporter, (before ?? 0) + 1)
    return true
  }
}

function addTo(hosts: Map<string, AskedHost>, { host, outcome }: HostReport): void {
  const known = hosts.get(host)
  if (!known && hosts.size >= MOST_HOSTS) return
  const before = known ?? { host, got: 0, vain: 0, unclear: 0 }
  hosts.set(host, { ...before, [outcome]: before[outcome] + 1 })
}
