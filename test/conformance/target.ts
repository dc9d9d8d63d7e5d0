/** The reflector under test, and where its files are. URLs without a slash at the end. */
export interface Target {
  /** `ws://host:port/reflector`; a session id follows */
  readonly reflectorUrl: string
  /** `http://host:port/files`; a path follows */
  readonly filesUrl: string
  /** `http://host:port`: the root of /healthz and its like */
  readonly httpUrl: string
}

/** True if what is tested is the reference reflector, and must behave like it where it differs. */
export const isReference = process.env.CONFORMANCE_REFERENCE === '1'

/** A target that runs already (`CONFORMANCE_URL`), or else a box of our own. */
export async function openTarget(): Promise<{ target: Target; close(): Promise<void> }> {
  const url = process.env.CONFORMANCE_URL
  if (url)
    return { target: targetAt(url, process.env.CONFORMANCE_FILES_URL), close: async () => {} }
  const { startBox } = await import('../support/start-box.ts')
  // Some rules take more messages than a client may send.
  const box = await startBox({ BOX_HOSTNAMES: 'box.example,here.example' })
  return { target: targetAt(`${box.url}/reflector`), close: () => box.stop() }
}

function targetAt(url: string, filesUrl?: string): Target {
  const reflectorUrl = url.replace(/^http/, 'ws').replace(/\/$/, '')
  const httpUrl = reflectorUrl.replace(/^ws/, 'http').replace(/\/reflector$/, '')
  return { reflectorUrl, httpUrl, filesUrl: filesUrl?.replace(/\/$/, '') ?? `${httpUrl}/files` }
}
