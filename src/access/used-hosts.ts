import { KeptList } from './kept-list.ts'
import type { Clock, Log } from './ports.ts'

/** More are not kept: the one that was used longest ago makes room. */
const MOST_HOSTS = 8
/** A host that nobody logged in by for so long is forgotten (ms): machines move. */
const KEPT_MS = 30 * 86_400_000

/** A host by which an admin came. */
interface UsedHost {
  readonly host: string
  /** ms since 1970 */
  readonly lastUsedAt: number
  /** An admin said that others open the box by it: it is not forgotten. */
  readonly isSaid?: boolean
}

/**
 * The hosts by which admins logged in to the dashboard: they lead to the box, as whoever knows the password has seen.
 * And the one by which others open the box, as an admin said. What others come by is not kept. A program can claim any
 * host, and the box's links would lead people and their tokens there.
 */
export class UsedHosts {
  readonly #clock: Pick<Clock, 'wallTime'>
  readonly #kept: KeptList<UsedHost>

  private constructor(kept: KeptList<UsedHost>, clock: Pick<Clock, 'wallTime'>) {
    this.#kept = kept
    this.#clock = clock
  }

  /** A file that cannot be read is set aside: then there are none. */
  static async open(path: string, clock: Clock, log: Log): Promise<UsedHosts> {
    const kept = await KeptList.open({
      ...{ path, name: 'hosts', isRecord: isUsedHost, log, wallTime: () => clock.wallTime() },
      onDamaged: (movedTo) => {
        const fields = { scope: 'process', event: 'used-hosts-damaged', path, movedTo }
        log.warn(fields, 'the list of hosts by which admins came is damaged: it begins anew')
      },
    })
    return new UsedHosts(kept, clock)
  }

  /** The last used first. */
  list(): readonly string[] {
    return this.#recent().map(({ host }) => host)
  }

  /** By which others open the box, as an admin said. */
  get said(): string | undefined {
    return this.#saidRecords()[0]?.host
  }

  /** It counts at once. Resolves when it is on the disk, or cannot be for now. @param host undefined: none any more */
  say(host: string | undefined): Promise<void> {
    const lastUsedAt = this.#clock.wallTime()
    const said = host === undefined ? [] : [{ host, lastUsedAt, isSaid: true }]
    return this.#kept.replace([...said, ...this.#recent()])
  }

  /** Notes that an admin logged in by that host. @param host a valid name or address */
  note(host: string): void {
    const others = this.#recent().filter((each) => each.host !== host)
    const used = { host, lastUsedAt: this.#clock.wallTime() }
    const recent = [used, ...others].slice(0, MOST_HOSTS)
    void this.#kept.replace([...this.#saidRecords(), ...recent])
  }

  /** Resolves when what was to be written is written, or cannot be. */
  close(): Promise<void> {
    return this.#kept.close()
  }

  #recent(): readonly UsedHost[] {
    const oldest = this.#clock.wallTime() - KEPT_MS
    return this.#kept.records.filter(({ lastUsedAt, isSaid }) => !isSaid && lastUsedAt > oldest)
  }

  #saidRecords(): readonly UsedHost[] {
    return this.#kept.records.filter(({ isSaid }) => isSaid === true).slice(0, 1)
  }
}

function isUsedHost(value: unknown): value is UsedHost {
  const record = value as Partial<UsedHost> | null
  return typeof record?.host === 'string' && typeof record.lastUsedAt === 'number'
}
