import { execFileSync, spawnSync } from 'node:child_process'

let pairs = 0

/** A network of two machines, each a network namespace of its own: nothing that is sent there gets anywhere else. */
export class NetworkPair {
  readonly #names: readonly [string, string]
  readonly #link: readonly [string, string]

  private constructor() {
    const id = `${process.pid}-${++pairs}`
    this.#names = [`box-a${id}`, `box-b${id}`]
    this.#link = ['va', 'vb']
  }

  /** Why there can be no such network here; undefined: there can. */
  static fault(): string | undefined {
    if (process.platform !== 'linux') return 'network namespaces are of Linux'
    if (process.getuid?.() !== 0) return 'network namespaces need root'
    const name = `box-try${process.pid}`
    const { status, error, stderr } = spawnSync('ip', ['netns', 'add', name])
    if (status !== 0) return `ip netns add fails: ${error?.message ?? stderr}`
    ip('netns', 'del', name)
    return undefined
  }

  /** The machines have 10.77.0.1 and 10.77.0.2, fd77::1 and fd77::2, at once. */
  static make(): NetworkPair {
    const pair = new NetworkPair()
    const [a, b] = pair.#names
    for (const name of pair.#names) {
      ip('netns', 'add', name)
      // Otherwise an IPv6 address counts a second later, when no other machine has claimed it.
      const path = '/proc/sys/net/ipv6/conf/default/accept_dad'
      execFileSync('ip', ['netns', 'exec', name, 'sh', '-c', `echo 0 > ${path}`])
    }
    ip('link', 'add', 'va', 'netns', a, 'type', 'veth', 'peer', 'name', 'vb', 'netns', b)
    pair.#names.forEach((name, index) => {
      const link = pair.#link[index] ?? ''
      ip('-n', name, 'link', 'set', 'lo', 'up')
      ip('-n', name, 'link', 'set', link, 'up')
      ip('-n', name, 'addr', 'add', `10.77.0.${index + 1}/24`, 'dev', link)
      ip('-n', name, 'addr', 'add', `fd77::${index + 1}/64`, 'dev', link)
    })
    return pair
  }

  /** What runs a command on one of the machines. */
  on(machine: 0 | 1): readonly string[] {
    return ['ip', 'netns', 'exec', this.#names[machine]]
  }

  remove(): void {
    for (const name of this.#names) ip('netns', 'del', name)
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args)
}
