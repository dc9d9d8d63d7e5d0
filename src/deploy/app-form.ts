import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { DeployFailure } from './deploy-failure.ts'
import { lookInto, packed } from './folder-pack.ts'

const ARCHIVE_NAME = /\.(zip|tar|tgz|tar\.gz)$/i

/** An app on its way to the box. */
export interface AppForm {
  readonly boundary: string
  /** the body of a multipart form, with an archive in it */
  readonly stream: Readable
  /** of what is read to make it; undefined: nobody knows */
  readonly totalBytes: number | undefined
  /** what of a folder is not sent */
  readonly leftOut: readonly string[]
}

/**
 * The form that deploys a folder, or an archive as it is.
 * @param source path; undefined: what comes in by `input`
 * @param onBytes told of what was read
 * @throws {DeployFailure} if it is neither
 */
export async function appForm(
  source: string | undefined,
  input: Readable,
  onBytes: (bytes: number) => void,
): Promise<AppForm> {
  if (source === undefined)
    return formOf(
      'app.tar.gz',
      metered(() => input, onBytes),
      undefined,
    )
  const found = await stat(source).catch(() => undefined)
  if (!found) throw new DeployFailure(`there is no folder or file ${source}: check its name`)
  if (found.isDirectory()) {
    const folder = await lookInto(source)
    return {
      ...formOf('app.tar.gz', packed(folder, onBytes), folder.bytes),
      leftOut: folder.leftOut,
    }
  }
  if (!ARCHIVE_NAME.test(source)) {
    throw new DeployFailure(`${source} is no folder, .zip, .tar, .tar.gz or .tgz`)
  }
  return formOf(
    basename(source),
    metered(() => createReadStream(source), onBytes),
    found.size,
  )
}

function formOf(
  name: string,
  archive: AsyncIterable<Buffer>,
  totalBytes: number | undefined,
): AppForm {
  const boundary = randomUUID()
  const fileName = name.replaceAll(/["\r\n\\]/g, '_')
  const head = [
    `--${boundary}`,
    `content-disposition: form-data; name="archive"; filename="${fileName}"`,
    'content-type: application/octet-stream',
    '\r\n',
  ].join('\r\n')
  const stream = Readable.from(framed(head, archive, `\r\n--${boundary}--\r\n`))
  return { boundary, stream, totalBytes, leftOut: [] }
}

async function* framed(
  head: string,
  body: AsyncIterable<Buffer>,
  tail: string,
): AsyncGenerator<Buffer> {
  yield Buffer.from(head)
  yield* body
  yield Buffer.from(tail)
}

/** It is opened when the first of it is asked for. */
async function* metered(
  open: () => Readable,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of open()) {
    onBytes(chunk.length)
    yield chunk
  }
}
