import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { adaptPage } from './adapt-page.ts'
import { adaptScript } from './adapt-script.ts'
import { isPage } from './adaptable.ts'
import { fileAt } from './app-files.ts'
import type { ClientVersions } from './client-address.ts'
import { fileText } from './file-text.ts'

/** A file of an app, as it is asked for. */
export interface ServedFile {
  /** absolute path on disk */
  readonly file: string
  /** absolute path of the app's folder */
  readonly root: string
  /** path from the box's root, as browsers ask for it */
  readonly path: string
  /** the app's first page, likewise */
  readonly start: string
  readonly versions: ClientVersions
}

export interface AdaptedFile {
  readonly body: Uint8Array<ArrayBuffer>
  /** with its quotes */
  readonly etag: string
  /** undefined: what the page itself says */
  readonly charset: 'utf-8' | undefined
}

/** @returns undefined if the file is to be served as it is */
export async function adaptFile(served: ServedFile): Promise<AdaptedFile | undefined> {
  const decoded = fileText(await readFile(served.file))
  if (decoded === undefined) return undefined
  const { text, encoding } = decoded
  const adapted = await adaptText(text, served)
  if (adapted === text) return undefined
  const body = new Uint8Array(Buffer.from(adapted, encoding))
  const hash = createHash('sha256').update(body).digest('base64url')
  return { body, etag: `"${hash}"`, charset: encoding === 'utf8' ? 'utf-8' : undefined }
}

function adaptText(
  text: string,
  { file, root, path, start, versions }: ServedFile,
): Promise<string> {
  if (isPage(file)) {
    const hasFile = async (pathname: string) => (await fileAt(root, pathname)) !== undefined
    return adaptPage(text, { page: path, start, hasFile, versions })
  }
  return adaptScript(text, { script: path, page: start, versions })
}
