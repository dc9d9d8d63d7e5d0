import { open } from 'node:fs/promises'
import { DeployError } from './deploy-error.ts'
import type { ReleaseWriter } from './release-writer.ts'
import { unpackTar } from './unpack-tar.ts'
import { unpackZip } from './unpack-zip.ts'

const ARCHIVE_NAME = /\.(zip|tar|tgz|tar\.gz)$/i
/** How files begin: `PK`, with what is first in a zip that is empty or not; the mark of gzip. */
const ZIP_MARKS = ['504b0304', '504b0506']
const GZIP_MARK = '1f8b'
const MARK_BYTES = 4

export function isArchiveName(name: string): boolean {
  return ARCHIVE_NAME.test(name)
}

/**
 * Unpacks a zip, a tar or a tar.gz, whatever it is called.
 * @throws {DeployError} if it is none, is damaged, or holds what no app may
 */
export async function unpack(
  archive: string,
  writer: ReleaseWriter,
  limits: { readonly maxBytes: number; readonly maxEntries: number },
  signal: AbortSignal,
): Promise<void> {
  const mark = await readMark(archive)
  try {
    if (ZIP_MARKS.includes(mark)) await unpackZip(archive, writer, limits.maxEntries, signal)
    else await unpackTar(archive, mark.startsWith(GZIP_MARK), { writer, limits, signal })
  } catch (error) {
    throw isOfArchive(error) ? unreadable(error) : error
  }
}

/** Hexadecimal. */
async function readMark(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0)
    return buffer.toString('hex', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/**
 * Whether an archive is the reason. The disk's errors have the name of a system call; those of whoever refuses have a
 * status; the libraries' have neither.
 */
function isOfArchive(error: unknown): error is Error {
  if (!(error instanceof Error) || error.name === 'AbortError') return false
  return !('syscall' in error) && !('statusCode' in error)
}

function unreadable(cause: Error): DeployError {
  return new DeployError(
    400,
    `the archive is damaged, not all of it, or no zip, tar or tar.gz (${cause.message}): pack it again`,
    { cause },
  )
}
