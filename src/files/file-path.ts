/**
 * The names a file can have: exactly those that clients make. They hold no character that a URL or
 * a file system could read in two ways, so the same text is path, key and address of a file.
 */

/** A model snapshot. `app` is there if the app gave an API key, which puts it below the app's folder. */
export interface SnapshotPath {
  readonly kind: 'snapshot'
  readonly path: string
  readonly sessionId: string
  /** teatime, ms, rounded up by the client */
  readonly time: number
  readonly seq: number
  /** of the plaintext: the box cannot check it */
  readonly hash: string
  readonly app:
    | { readonly appId: string; readonly persistentId: string; readonly codeHash: string }
    | undefined
}

/** What an app saved for its next session (`persisted`), or bulk data of its users (`data`). */
export interface AppFilePath {
  readonly kind: 'persisted' | 'data'
  readonly path: string
  readonly appId: string
  readonly persistentId: string
  /** of the plaintext for `persisted`; of the bytes as uploaded for `data` */
  readonly hash: string
}

export type FilePath = SnapshotPath | AppFilePath

/** The shapes a path can have, in words for whoever got one wrong. */
export const FILE_SHAPES: readonly string[] = [
  'snapshots/<sessionId>/<time>_<seq>-<hash>.snap',
  'apps/<appId>/snap/<codeHash>/<persistentId>.<sessionId>/<time>_<seq>.<hash>',
  'apps/<appId>/<persistentId>/save/<hash>',
  'apps/<appId>/<persistentId>/data/<hash>',
]

const HASH = '[A-Za-z0-9_-]{43}'
const APP_ID = '(?<appId>(?=[^/]{3,128}/)[A-Za-z](?:-?\\w)*(?:\\.\\w(?:-?\\w)*)+)'
// Clients pad the time to ten digits; fifteen are as many as a number holds exactly.
const STAMP = '(?<time>\\d{10}|[1-9]\\d{10,14})_(?<seq>0|[1-9]\\d{0,9})'

const SNAPSHOT = new RegExp(`^snapshots/(?<sessionId>${HASH})/${STAMP}-(?<hash>${HASH})\\.snap$`)
const APP_SNAPSHOT = new RegExp(
  `^apps/${APP_ID}/snap/(?<codeHash>${HASH})/` +
    `(?<persistentId>${HASH})\\.(?<sessionId>${HASH})/${STAMP}\\.(?<hash>${HASH})$`,
)
const APP_FILE = new RegExp(
  `^apps/${APP_ID}/(?<persistentId>${HASH})/(?<folder>save|data)/(?<hash>${HASH})$`,
)

const LONGEST_PATH = 512
const LARGEST_SEQ = 0xffff_ffff

/** The file that a path below `/files/` names; undefined if it has none of the {@link FILE_SHAPES}. */
export function parseFilePath(path: string): FilePath | undefined {
  if (path.length > LONGEST_PATH) return undefined
  return parseSnapshot(path) ?? parseAppSnapshot(path) ?? parseAppFile(path)
}

/**
 * The file of this box that a client announced by a URL. Host, scheme and prefix are those by which
 * that client came and say nothing; a query or fragment makes it no address of a file.
 */
export function parseFileUrl(url: string): FilePath | undefined {
  const path = /^https?:\/\/[^/?#]+(\/.*)$/.exec(url)?.[1] ?? url
  return path.startsWith('/') && !/[?#]/.test(path) ? fileAtEnd(path) : undefined
}

/** The file that a request's target asks for, under whatever prefix the box is reached; a query is ignored. */
export function parseRequestTarget(target: string): FilePath | undefined {
  const [path = ''] = target.split('?', 1)
  return path.startsWith('/') ? fileAtEnd(path) : undefined
}

function fileAtEnd(path: string): FilePath | undefined {
  const start = path.lastIndexOf('/files/')
  return start < 0 ? undefined : parseFilePath(path.slice(start + '/files/'.length))
}

function parseSnapshot(path: string): SnapshotPath | undefined {
  const groups = SNAPSHOT.exec(path)?.groups
  return groups && snapshotPath(path, groups, undefined)
}

function parseAppSnapshot(path: string): SnapshotPath | undefined {
  const groups = APP_SNAPSHOT.exec(path)?.groups
  if (!groups) return undefined
  const { appId = '', persistentId = '', codeHash = '' } = groups
  return snapshotPath(path, groups, { appId, persistentId, codeHash })
}

function snapshotPath(
  path: string,
  groups: Record<string, string>,
  app: SnapshotPath['app'],
): SnapshotPath | undefined {
  const { sessionId = '', time, seq, hash = '' } = groups
  if (Number(seq) > LARGEST_SEQ) return undefined
  return { kind: 'snapshot', path, sessionId, time: Number(time), seq: Number(seq), hash, app }
}

function parseAppFile(path: string): AppFilePath | undefined {
  const groups = APP_FILE.exec(path)?.groups
  if (!groups) return undefined
  const { appId = '', persistentId = '', folder, hash = '' } = groups
  return { kind: folder === 'save' ? 'persisted' : 'data', path, appId, persistentId, hash }
}
