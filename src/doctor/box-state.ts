import { type Finding, ok, problem, skipped, warning } from './finding.ts'
import type { Reach } from './reach.ts'

/** What the box's port and its folder tell. */
export interface BoxLook {
  /** where it listens, e.g. `http://127.0.0.1:8888/` */
  readonly url: string
  readonly port: number
  readonly reach: Reach
  /** whether a box, or a restore, holds the folder; undefined: that cannot be told */
  readonly isLocked: boolean | undefined
  /** who listens at the port, e.g. `node (process 4711)`; "" if that cannot be told */
  readonly listener: string
  /** why the port could not be had, if nobody answers there; undefined: it could */
  readonly portTrouble: string | undefined
  /** what the box waits for, as `/readyz` says */
  readonly missing: readonly string[]
}

export const START_IT =
  'Start it: `npm start`. If it runs in Docker, ask there: `docker compose exec box node scripts/doctor.ts`.'

/** Whether the box runs, and has its port. */
export function findingOfBox(look: BoxLook): Finding {
  const { url, port, reach, isLocked, listener } = look
  if (port === 0) {
    return skipped('box', 'where it listens is not known, since BOX_PORT=0 takes any free port')
  }
  if (reach.tag === 'box') return running(look)
  if (reach.tag !== 'none') {
    return problem(
      'box',
      `port ${port} belongs to another program${listener && `: ${listener}`}`,
      'Stop that program, or set BOX_PORT to another port.',
    )
  }
  if (isLocked) {
    return problem(
      'box',
      `a box, or a restore, is at work in the folder, and does not answer at ${url}: ${reach.reason}`,
      'Wait until it is done, or give the doctor the same BOX_PORT and BOX_HOST as the box. If it hangs, its log says why.',
    )
  }
  return stopped(look)
}

function running({ url, isLocked, listener, missing }: BoxLook): Finding {
  if (missing.length > 0) {
    return problem(
      'box',
      `it runs at ${url}, and cannot serve: it waits for ${missing.join(', ')}`,
      'Its log says why; see docs/operations.md, “When something is wrong”.',
    )
  }
  if (isLocked === false) {
    return warning(
      'box',
      `a box runs at ${url}, and it is none that uses this folder`,
      'Give the doctor the same BOX_FILES_DIR as the box, or look whether two boxes were started.',
    )
  }
  return ok('box', `it runs at ${url}${listener && `, as ${listener}`}`)
}

function stopped({ port, listener, portTrouble }: BoxLook): Finding {
  if (portTrouble === undefined) {
    return warning('box', `it is stopped; port ${port} is free for it`, START_IT)
  }
  const [what = '', advice = ''] = portTrouble.split(/: (.*)/s)
  const who = listener && ` (${listener})`
  return problem('box', `it is stopped, and could not start: ${what}${who}`, sentence(advice))
}

function sentence(text: string): string {
  return text && `${text[0]?.toUpperCase()}${text.slice(1)}.`
}
