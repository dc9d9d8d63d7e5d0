import { readIfThere, replaceFile } from '../system/durable-file.ts'

/** A certificate of so many names is still small. */
const MOST_HOSTS = 50
/** Whoever makes up names to ask by drives out none that is used now and then, and has no certificate made without end. */
const MOST_NEW_PER_MINUTE = 10

/** The hosts by which people reached the box, the least recently used first. */
export class LearnedHosts {
  readonly #path: string
  /** each with whether it was used in this minute */
  readonly #hosts: Map<string, boolean>
  #newInThisMinute = 0
  /** what the file has */
  #saved: string

  private constructor(path: string, hosts: readonly string[]) {
    this.#path = path
    this.#hosts = new Map(hosts.map((host) => [host, false]))
    this.#saved = this.#text()
  }

  /**
   * Reads the file; one that is none is as good as empty.
   * @param isWanted whether a host of the file still counts
   */
  static async open(path: string, isWanted: (host: string) => boolean): Promise<LearnedHosts> {
    const bytes = await readIfThere(path)
    const hosts = bytes ? hostsIn(bytes.toString()) : []
    return new LearnedHosts(path, hosts.filter(isWanted).slice(-MOST_HOSTS))
  }

  get hosts(): readonly string[] {
    return [...this.#hosts.keys()]
  }

  /** Whether the host is there; if so, it was used just now. */
  use(host: string): boolean {
    if (!this.#hosts.has(host)) return false
    this.#hosts.set(host, true)
    return true
  }

  /** Adds one that somebody came by, unless there were too many new ones just now. @returns whether it was */
  learn(host: string): boolean {
    if (this.#newInThisMinute >= MOST_NEW_PER_MINUTE) return false
    this.#newInThisMinute += 1
    this.add(host)
    return true
  }

  /** Adds one in any case. */
  add(host: string): void {
    if (this.#hosts.size >= MOST_HOSTS) this.#hosts.delete(this.#leastUsed())
    this.#hosts.set(host, true)
  }

  /** To be called each minute. */
  endMinute(): void {
    this.#newInThisMinute = 0
    const used = [...this.#hosts].filter(([, isUsed]) => isUsed)
    for (const [host] of used) {
      this.#hosts.delete(host)
      this.#hosts.set(host, false)
    }
  }

  /** Writes what is new, if anything is. */
  async save(): Promise<void> {
    const text = this.#text()
    if (text === this.#saved) return
    await replaceFile(this.#path, text)
    this.#saved = text
  }

  #leastUsed(): string {
    const [first = ''] = this.#hosts.keys()
    const [unused = first] = [...this.#hosts].find(([, isUsed]) => !isUsed) ?? []
    return unused
  }

  #text(): string {
    return `${JSON.stringify(this.hosts)}\n`
  }
}

function hostsIn(text: string): readonly string[] {
  try {
    const hosts: unknown = JSON.parse(text)
    return Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
