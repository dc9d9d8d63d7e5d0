import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { adaptPage, type ClientKind } from './adapt-page.ts'
import { adaptScript } from './adapt-script.ts'
import { isPage } from './adaptable.ts'
import { fileAt } from './app-files.ts'
import type { ClientVersions } from './client-address.ts'

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
  readonly told: ClientKind | undefined
  readonly versions: ClientVersions
}

export interface AdaptedFile {
  readonly body: Uint8Array<ArrayBuffer>
  /** with its quotes */
  readonly etag: string
}

/** @returns undefined if the file is to be served as it is */
export async function adaptFile(served: ServedFile): Promise<AdaptedFile | undefined> {
  const text = textOf(await readFile(served.file))
  if (text === undefined) return undefined
  const adapted = await adaptText(text, served)
  if (adapted === text) return undefined
  const body = new TextEncoder().encode(adapted)
  const hash = createHash('sha256').update(body).digest('base64url')
  return { body, etag: `"${hash}"` }
}

function adaptText(
  text: string,
  { file, root, path, start, told, versions }: ServedFile,
): Promise<string> {
  if (isPage(file)) {
    const hasFile = async (pathname: string) => (await fileAt(root, pathname)) !== undefined
    return adaptPage(text, { page: path, start, hasFile, versions, told })
  }
  return adaptScript(text, { script: path, page: start, versions })
}

/** Undefined if it is not UTF-8, which it would have to be to come out the same. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
