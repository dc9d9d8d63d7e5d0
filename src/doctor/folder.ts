import type { Volume } from '../system/volume.ts'
import { type Finding, ok, problem, skipped, warning } from './finding.ts'

const GB = 1_000_000_000
/** What uploads leave free in any case (bytes). */
const RESERVE_BYTES = 64_000_000
/** So near to the limit, it is time to make room (percent of the volume). */
const NEAR_PERCENT = 5
const LEAST_FREE_INODES = 10_000
/** A disk that takes longer holds up messages with `BOX_DURABILITY=power` (ms). */
const SLOW_SYNC_MS = 100

/** What is known of the box's folder and of the volume that it is on. */
export type FolderLook =
  | { readonly tag: 'missing' }
  | { readonly tag: 'unknown'; readonly reason: string }
  | {
      readonly tag: 'there'
      readonly volume: Volume
      readonly usedBytes: number
      readonly freeBytes: number
      /** undefined: the volume does not count them */
      readonly freeInodes: number | undefined
      readonly write: Write
    }

/** A small file, written and synced. */
export type Write =
  | { readonly tag: 'done'; readonly ms: number }
  | { readonly tag: 'failed'; readonly code: string | undefined; readonly reason: string }

export interface FolderNeeds {
  readonly maxVolumePercent: number
  readonly durability: string
}

export function findingsOfFolder(look: FolderLook, needs: FolderNeeds): Finding[] {
  switch (look.tag) {
    case 'missing':
      return [skipped('folder', 'there is no such folder yet: the box makes it when it starts')]
    case 'unknown':
      return [
        problem(
          'folder',
          `the folder cannot be looked at: ${look.reason}`,
          'Is it on a drive of another machine that does not answer? Put it on a local disk: BOX_FILES_DIR.',
        ),
      ]
    case 'there':
      return [
        writeFinding(look.write, needs),
        roomFinding(look, needs),
        ...inodeFindings(look.freeInodes),
        volumeFinding(look.volume),
      ]
  }
}

function writeFinding(write: Write, { durability }: FolderNeeds): Finding {
  if (write.tag === 'failed') return noWrite(write)
  const text = `a file can be written there, and is safe in ${Math.ceil(write.ms)} ms`
  if (write.ms <= SLOW_SYNC_MS || durability !== 'power') return ok('folder-write', text)
  return warning(
    'folder-write',
    `${text}: with BOX_DURABILITY=power each message waits for that`,
    'Use a faster disk, or BOX_DURABILITY=process.',
  )
}

function noWrite({ code, reason }: Extract<Write, { tag: 'failed' }>): Finding {
  switch (code) {
    case 'EROFS':
      return problem(
        'folder-write',
        'nothing can be written there: the volume is read-only',
        'Mount it for writing. A disk that became read-only by itself is damaged, or about to be: make a backup now.',
      )
    case 'EACCES':
    case 'EPERM':
      return problem(
        'folder-write',
        'nothing can be written there by this user',
        'Give the folder to the user that runs the box: `sudo chown -R $USER files`; a folder that is mounted into the container belongs to user 1000.',
      )
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('folder-write', 'nothing can be written there: the disk is full', MAKE_ROOM)
    default:
      return problem(
        'folder-write',
        `nothing can be written there: ${reason}`,
        'Look whether the disk is well (`dmesg`), and answers if it is on the network.',
      )
  }
}

const MAKE_ROOM =
  'Make room: delete what is not the box’s, or `quarantine/` and `before-restore-…` in its folder; `npm run garbage` tells what the box will free by itself.'

function roomFinding(
  { usedBytes, freeBytes }: { readonly usedBytes: number; readonly freeBytes: number },
  { maxVolumePercent }: FolderNeeds,
): Finding {
  const percent = (usedBytes / (usedBytes + freeBytes)) * 100
  const text = `the disk is ${Math.floor(percent)} % full, ${(freeBytes / GB).toFixed(1)} GB are free`
  if (freeBytes < RESERVE_BYTES) {
    return problem('disk', `${text}: uploads are refused, and soon sessions stand still`, MAKE_ROOM)
  }
  if (percent >= maxVolumePercent) {
    return problem(
      'disk',
      `${text}: uploads are refused from ${maxVolumePercent} % on (BOX_MAX_VOLUME_PERCENT)`,
      `${MAKE_ROOM} On a large disk that others use, set BOX_MAX_VOLUME_PERCENT=98.`,
    )
  }
  if (percent < maxVolumePercent - NEAR_PERCENT) return ok('disk', text)
  return warning('disk', `${text}: from ${maxVolumePercent} % on uploads are refused`, MAKE_ROOM)
}

function inodeFindings(freeInodes: number | undefined): Finding[] {
  if (freeInodes === undefined || freeInodes >= LEAST_FREE_INODES) return []
  return [
    warning(
      'inodes',
      `the disk has room for ${freeInodes} more files only, however small (inodes)`,
      'Delete folders with many small files, or move the box to another disk.',
    ),
  ]
}

function volumeFinding({ isLocal, isLasting, name }: Volume): Finding {
  if (!isLocal) {
    return warning(
      'volume',
      `the folder is on ${name}: storing is slower there, and locks may not hold`,
      'Put it on a local disk, or with Docker into its own volume, as docker-compose.yml does.',
    )
  }
  if (isLasting) return ok('volume', `the folder is on ${name}`)
  return warning(
    'volume',
    `the folder is on ${name}: a restart may forget all sessions and files`,
    'Put it on a disk (BOX_FILES_DIR); with Docker mount a volume at /box/files, as docker-compose.yml does.',
  )
}
