/** Whose file it is, as its path tells. */
export type FileOwner = { readonly kind: 'snapshot' } | AppFileOwner

export interface AppFileOwner {
  readonly kind: 'persisted' | 'data'
  readonly appId: string
  readonly persistentId: string
}

const HASH = '[\\w-]{43}'
const SNAPSHOT = new RegExp(
  `^(?:snapshots/${HASH}|apps/[^/]+/snap/${HASH}/${HASH}\\.${HASH})/[^/]+$`,
)
const APP_FILE = new RegExp(
  `^apps/(?<appId>[^/]+)/(?<persistentId>${HASH})/(?<folder>save|data)/${HASH}$`,
)

/** Undefined for a path that no upload has: nobody knows what such a file is for. */
export function fileOwner(path: string): FileOwner | undefined {
  if (SNAPSHOT.test(path)) return { kind: 'snapshot' }
  const groups = APP_FILE.exec(path)?.groups
  if (!groups) return undefined
  const { appId = '', persistentId = '', folder } = groups
  return { kind: folder === 'save' ? 'persisted' : 'data', appId, persistentId }
}
