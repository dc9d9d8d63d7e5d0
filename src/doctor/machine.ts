import { type Finding, ok, problem, warning } from './finding.ts'

const MB = 1_000_000
/** A box, and the rest of what it needs beside histories of sessions (bytes). */
const LEAST_MEMORY_BYTES = 400 * MB
/** What scripts/pinned-node.mjs starts the box on, at least. `npm` itself is content with an older one. */
export const OLDEST_NODE = '24.14.1'
/** Database, log, pages and libraries that are open beside what visitors need. */
const OWN_FILES = 100

/** What a program gets of this machine. */
export interface MachineLook {
  /** e.g. `24.21.0` */
  readonly nodeVersion: string
  /** what this machine or container has, bytes */
  readonly memoryBytes: number
  /** what of it Node gives to one program, bytes */
  readonly heapBytes: number
  /** files and connections that a program may have open; undefined: not known */
  readonly openFiles: number | undefined
}

export interface MachineNeeds {
  readonly maxConnections: number
  readonly maxUploads: number
  /** Infinity: no limit */
  readonly historiesBytes: number
}

export function findingsOfMachine(look: MachineLook, needs: MachineNeeds): Finding[] {
  return [nodeFinding(look), memoryFinding(look, needs), openFilesFinding(look, needs)].filter(
    (finding) => finding !== undefined,
  )
}

function nodeFinding({ nodeVersion }: MachineLook): Finding {
  if (compareVersions(nodeVersion, OLDEST_NODE) >= 0) return ok('node', `Node ${nodeVersion}`)
  return problem(
    'node',
    `Node ${nodeVersion} is too old: the box runs on ${OLDEST_NODE} or newer`,
    'Run `npm ci` in the checkout, which brings the right one, and start the box by `npm start`.',
  )
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

function memoryFinding({ memoryBytes, heapBytes }: MachineLook, needs: MachineNeeds): Finding {
  const size = (bytes: number) => `${Math.round(bytes / MB)} MB`
  const text = `${size(memoryBytes)} of memory, of which Node gives ${size(heapBytes)} to the box`
  if (memoryBytes < LEAST_MEMORY_BYTES) {
    return warning(
      'memory',
      `${text}: that is little`,
      'Give the machine or container at least 512 MB (`mem_limit` in docker-compose.override.yml), or expect that the box is ended when many people come.',
    )
  }
  if (heapBytes >= 2 * needs.historiesBytes) return ok('memory', text)
  const most = Math.floor(heapBytes / 2 / MB)
  return warning(
    'memory',
    `${text}: less than twice what sessions may keep (BOX_MAX_HISTORIES_MB)`,
    `Set BOX_MAX_HISTORIES_MB=${most}, or give Node more: NODE_OPTIONS=--max-old-space-size=1500.`,
  )
}

function openFilesFinding(
  { openFiles }: MachineLook,
  { maxConnections, maxUploads }: MachineNeeds,
): Finding | undefined {
  if (openFiles === undefined) return undefined
  // An upload takes two.
  const needed = maxConnections + 2 * maxUploads + OWN_FILES
  if (openFiles >= needed)
    return ok('open-files', `${openFiles} open files and connections are allowed`)
  return warning(
    'open-files',
    `only ${openFiles} open files and connections are allowed, and BOX_MAX_CONNECTIONS with BOX_MAX_UPLOADS may need ${needed}`,
    `If so many people come, start the box after \`ulimit -n ${needed}\`; with Docker see \`ulimits\`. If not, set BOX_MAX_CONNECTIONS lower, so that they are told so.`,
  )
}
