import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { ZipFile } from 'yazl'

/** Contents by path. */
export type AppFiles = Readonly<Record<string, string | Buffer>>

/** A zip as programs make it. */
export async function zipOf(files: AppFiles, options: { zip64?: boolean } = {}): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, contents] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(contents), path, { forceZip64Format: options.zip64 ?? false })
  }
  zip.end({ forceZip64Format: options.zip64 ?? false, comment: '' })
  return collect(zip.outputStream as AsyncIterable<Buffer>)
}

export interface TarEntry extends Partial<Header> {
  readonly name: string
  readonly body?: string | Buffer
}

export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack()
  for (const { body = '', ...header } of entries) tar.entry(header, body)
  tar.finalize()
  return collect(tar as unknown as AsyncIterable<Buffer>)
}

export async function tarGzOf(files: AppFiles): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, body]) => ({ name, body }))
  return gzipSync(await tarOf(entries))
}

/** An entry of a zip that no program makes: whatever it says of itself is written down. */
export interface RawZipEntry {
  readonly name: string | Buffer
  readonly body?: string | Buffer
  readonly isDeflated?: boolean
  /** what it says of its size, if that is not so */
  readonly bytes?: number
  readonly crc?: number
  readonly method?: number
  readonly flags?: number
  /** as Unix has it: type and rights */
  readonly mode?: number
  /** number of the system on which it was made; 3 is Unix */
  readonly system?: number
  /** where its bytes are said to begin, if that is not where they are */
  readonly offset?: number
}

const UTF8 = 0x800
const DEFLATED = 8

/** A zip, byte by byte. */
export function rawZipOf(entries: readonly RawZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const plain = Buffer.from(entry.body ?? '')
    const data = entry.isDeflated ? deflateRawSync(plain) : plain
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(UTF8 | (entry.flags ?? 0), 2)
    common.writeUInt16LE(entry.method ?? (entry.isDeflated ? DEFLATED : 0), 4)
    common.writeUInt32LE(entry.crc ?? crc32(plain), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(entry.bytes ?? plain.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data])
    const central = Buffer.alloc(14)
    const mode = entry.mode ?? (entry.system === undefined ? 0o100_644 : 0)
    central.writeUInt32LE((mode << 16) >>> 0, 6)
    central.writeUInt32LE(entry.offset ?? offset, 10)
    const begin = Buffer.from([0x50, 0x4b, 1, 2, 20, entry.system ?? 3])
    directory.push(begin, common, central, name)
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end])
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const chunk of chunks) all.push(Buffer.from(chunk))
  return Buffer.concat(all)
}
