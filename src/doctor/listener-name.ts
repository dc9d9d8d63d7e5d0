import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

const LISTENING = '0A'

/** Where the system tells of programs and their connections; a folder in tests. */
const PROC = '/proc'

/**
 * The program that listens at a port of this machine, e.g. `nginx (process 4711)`. "" if there is none, if it belongs to
 * somebody else, or where the system does not tell (it does on Linux).
 */
export async function listenerAt(port: number, proc = PROC): Promise<string> {
  const sockets = await Promise.all(
    ['tcp', 'tcp6'].map((name) => socketsIn(join(proc, 'net', name), port)),
  )
  const links = new Set(sockets.flat().map((inode) => `socket:[${inode}]`))
  if (links.size === 0) return ''
  const processes = (await readdir(proc)).filter((name) => /^\d+$/.test(name))
  for (const pid of processes) {
    if (await hasOneOf(links, join(proc, pid, 'fd'))) return nameOf(pid, proc)
  }
  return ''
}

/** Inodes of the sockets that listen at the port. */
async function socketsIn(path: string, port: number): Promise<string[]> {
  const table = await readFile(path, 'utf8').catch(() => '')
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(`:${hex}`) && state === LISTENING)
    .map((columns) => columns[9] ?? '')
}

/** Other people's programs, and those that have just ended, show nothing. */
async function hasOneOf(links: ReadonlySet<string>, dir: string): Promise<boolean> {
  const files = await readdir(dir).catch(() => [])
  const targets = files.map((name) => readlink(join(dir, name)).catch(() => ''))
  return (await Promise.all(targets)).some((target) => links.has(target))
}

/** The program as it was started, without its folder; some put more words behind their name, nginx a colon. */
async function nameOf(pid: string, proc: string): Promise<string> {
  const started = await readFile(join(proc, pid, 'cmdline'), 'utf8').catch(() => '')
  const [name = ''] = basename(started.split('\0', 1)[0] ?? '').split(/[\s:]/)
  return `${name || 'a program'} (process ${pid})`
}
