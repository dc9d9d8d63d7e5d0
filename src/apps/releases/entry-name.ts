import { DeployError, quoted } from './deploy-error.ts'

/** Of a file's path in its release. With the folder of the box before it, it has to fit what systems take. */
export const MOST_PATH_BYTES = 512
/** Of a file's or folder's own name. */
export const MOST_NAME_BYTES = 200
/** Folders in folders, the file among them. */
export const MOST_DEPTH = 20

type Rule = readonly [pattern: RegExp, fault: string]

/** What leads elsewhere, or may be read in two ways. */
const UNSAFE: readonly Rule[] = [
  [/^$/, 'has no name'],
  [/[\p{Cc}\uFFFD]/u, 'has characters in its name that no system can show'],
  [/\\/, 'has a backslash in its name: folders are written with /'],
  [/^\//, 'is an absolute path: it has to be relative to the app'],
  [/^[A-Za-z]:/, 'begins with a drive letter: it has to be relative to the app'],
  [/(^|\/)\.\.(\/|$)/, 'leads out of the app (..)'],
  [/(^|\/)\.?(\/|$)/, 'has an empty part in its path'],
]

/** What cannot be stored on every system to which a box, or its backup, may be brought. */
const NOT_PORTABLE: readonly Rule[] = [
  [/[<>:"|?*]/, 'has one of < > : " | ? * in its name, which Windows cannot store: rename it'],
  [/[. ](\/|$)/, 'has a name that ends in a dot or space, which Windows cannot store: rename it'],
  [
    /(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.[^/]*)?(\/|$)/i,
    'has a name that Windows keeps for devices: rename it',
  ],
]

/** What systems and tools lay beside the files, and what is never meant for visitors: `.env`, `.git/`. */
const UNWANTED = /^(\..*|thumbs\.db|desktop\.ini)$/i
const UNWANTED_TOP = '__MACOSX'

/** What becomes of an entry: `keep` at a path below the release's folder, or `skip`, named by its topmost unwanted folder. */
export type EntryPlace =
  | { readonly tag: 'keep'; readonly path: string }
  | { readonly tag: 'skip'; readonly what: string }

/**
 * Where an entry of an archive or form belongs, by its name there.
 * @throws {DeployError} that names it, if it belongs nowhere
 */
export function placeEntry(name: string): EntryPlace {
  // What `tar c .` and some tools for zip begin names with. A folder's own name may end in a slash.
  const bare = name.replace(/^(\.\/)+(?=.)/, '').replace(/(?<=[^/])\/$/, '')
  refuse(bare, UNSAFE, name)
  // As pages write it, whichever way the system of the sender does.
  const path = bare.normalize('NFC')
  const what = unwantedIn(path)
  if (what !== undefined) return { tag: 'skip', what }
  refuse(path, NOT_PORTABLE, name)
  refuseTooLong(path, name)
  return { tag: 'keep', path }
}

function refuse(path: string, rules: readonly Rule[], name: string): void {
  const rule = rules.find(([pattern]) => pattern.test(path))
  if (rule) throw new DeployError(400, `${quoted(name)} ${rule[1]}`)
}

function refuseTooLong(path: string, name: string): void {
  const parts = path.split('/')
  const isTooLong =
    Buffer.byteLength(path) > MOST_PATH_BYTES ||
    parts.some((part) => Buffer.byteLength(part) > MOST_NAME_BYTES)
  if (isTooLong) {
    throw new DeployError(
      400,
      `the name of ${quoted(name)} is too long: ${MOST_PATH_BYTES} bytes in all and ${MOST_NAME_BYTES} for each part at most`,
    )
  }
  if (parts.length > MOST_DEPTH) {
    throw new DeployError(400, `${quoted(name)} is in more than ${MOST_DEPTH} folders`)
  }
}

function unwantedIn(path: string): string | undefined {
  const parts = path.split('/')
  const index = parts.findIndex(
    (part, depth) => UNWANTED.test(part) || (depth === 0 && part === UNWANTED_TOP),
  )
  if (index === -1) return undefined
  const isFolder = index < parts.length - 1
  return parts.slice(0, index + 1).join('/') + (isFolder ? '/' : '')
}
