import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl'
import { DeployError, quoted } from './deploy-error.ts'
import { foreignEntry, type ReleaseWriter } from './release-writer.ts'

const STORED = 0
const DEFLATED = 8
/** Of what comes out of one step of inflating: as much as the file has, within these. */
const LEAST_CHUNK_BYTES = 1024
const MOST_CHUNK_BYTES = 65_536
/** A local header without its name and extra fields. */
const LOCAL_HEADER_BYTES = 30
/** The upper half of the external attributes, where Unix keeps the kind of a file. */
const KIND_SHIFT = 16
const KIND_MASK = 0o170_000
const KINDS: ReadonlyMap<number, string> = new Map([
  [0o120_000, 'a link'],
  [0o020_000, 'a device'],
  [0o060_000, 'a device'],
  [0o010_000, 'a pipe'],
  [0o140_000, 'a socket'],
])

/** Systems on which a zip says that it was made: MS-DOS, NTFS and VFAT. */
const WINDOWS: readonly number[] = [0, 10, 14]

interface Wanted {
  readonly entry: Entry
  readonly name: string
  readonly path: string
}

/** Unpacks a zip by its central directory, all of which is looked at before anything is written. */
export async function unpackZip(
  archive: string,
  writer: ReleaseWriter,
  maxEntries: number,
  signal: AbortSignal,
): Promise<void> {
  const zip = await openPromise(archive, { autoClose: false, decodeStrings: false })
  try {
    if (zip.entryCount > maxEntries) {
      throw new DeployError(413, `the archive has ${zip.entryCount} entries, ${maxEntries} at most`)
    }
    for (const wanted of await readDirectory(zip, writer)) {
      await writeEntry(zip, wanted, writer, signal)
    }
  } finally {
    zip.close()
  }
}

/** The files to be written; folders are made. */
async function readDirectory(zip: ZipFile, writer: ReleaseWriter): Promise<readonly Wanted[]> {
  const wanted: Wanted[] = []
  const all: Entry[] = []
  let bytes = 0
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry)
    const path = writer.admit(name)
    all.push(entry)
    if (path === undefined) continue
    refuseKind(entry, name)
    bytes += entry.uncompressedSize
    writer.announce(bytes)
    if (name.endsWith('/')) await writer.addFolder(path)
    else wanted.push({ entry, name, path })
  }
  refuseOverlaps(all)
  return wanted
}

/** With `/` between folders: programs of Windows (`Compress-Archive` of PowerShell 5) write what is usual there. */
function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields, versionMadeBy } = entry
  const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true)
  // No name has a backslash in it, there. Elsewhere it is part of one, which is refused later.
  return WINDOWS.includes(versionMadeBy >>> 8) ? name.replaceAll('\\', '/') : name
}

function refuseKind(entry: Entry, name: string): void {
  const kind = KINDS.get((entry.externalFileAttributes >>> KIND_SHIFT) & KIND_MASK)
  if (kind !== undefined) throw foreignEntry(name, kind)
  if (entry.isEncrypted()) {
    throw new DeployError(400, `${quoted(name)} is encrypted: pack it without a password`)
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new DeployError(
      400,
      `${quoted(name)} is compressed in a way that few programs know: pack it as a plain zip`,
    )
  }
}

/** Many entries that share their bytes make much out of little. */
function refuseOverlaps(entries: readonly Entry[]): void {
  const sorted = entries.toSorted(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  )
  let end = 0
  for (const entry of sorted) {
    if (entry.relativeOffsetOfLocalHeader < end) {
      throw new DeployError(
        400,
        `${quoted(nameOf(entry))} overlaps another file in the archive: pack it again`,
      )
    }
    const { relativeOffsetOfLocalHeader: begin, fileNameLength, compressedSize } = entry
    end = begin + LOCAL_HEADER_BYTES + fileNameLength + compressedSize
  }
}

async function writeEntry(
  zip: ZipFile,
  { entry, name, path }: Wanted,
  writer: ReleaseWriter,
  signal: AbortSignal,
): Promise<void> {
  const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false })
  const write = (chunks: AsyncIterable<Buffer>) =>
    writer.addFile(path, verified(chunks, entry, name))
  const inflate = createInflateRaw({ chunkSize: chunkBytesFor(entry) })
  if (entry.compressionMethod === STORED) await pipeline(raw, write, { signal })
  else await pipeline(raw, inflate, write, { signal })
}

function chunkBytesFor({ uncompressedSize }: Entry): number {
  return Math.max(LEAST_CHUNK_BYTES, Math.min(MOST_CHUNK_BYTES, uncompressedSize))
}

/** Passes on what the directory of the zip promises, and nothing else. */
async function* verified(
  chunks: AsyncIterable<Buffer>,
  { uncompressedSize, crc32: promised }: Entry,
  name: string,
): AsyncGenerator<Buffer> {
  let bytes = 0
  let checksum = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > uncompressedSize) throw new Error(`${quoted(name)} is larger than it says`)
    checksum = crc32(chunk, checksum)
    yield chunk
  }
  if (bytes !== uncompressedSize || checksum !== promised) {
    throw new Error(`${quoted(name)} is not what it was when it was packed`)
  }
}
