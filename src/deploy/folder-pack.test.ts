import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appForm } from './app-form.ts'
import { lookInto, packed } from './folder-pack.ts'

const LARGE = Buffer.alloc(3_000_000, 'large')

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pack-'))
  await mkdir(join(dir, 'js'))
  await mkdir(join(dir, '.git'))
  await mkdir(join(dir, 'js/node_modules'))
  await writeFile(join(dir, 'index.html'), 'page')
  await writeFile(join(dir, 'empty.txt'), '')
  await writeFile(join(dir, 'js/large.js'), LARGE)
  await symlink('/etc/passwd', join(dir, 'link'))
})
afterEach(() => rm(dir, { recursive: true }))

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Readable.from(chunks).toArray())
}

async function unpacked(archive: Buffer): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {}
  const tar = extract()
  tar.end(gunzipSync(archive))
  for await (const entry of tar) {
    const chunks: Buffer[] = []
    for await (const chunk of entry as unknown as AsyncIterable<Buffer>) chunks.push(chunk)
    found[entry.header.name] = Buffer.concat(chunks)
  }
  return found
}

test('a folder is packed without what is none of the app, and that is told', async () => {
  const folder = await lookInto(dir)
  expect(folder.bytes).toBe(3_000_004)
  expect([...folder.leftOut].sort()).toEqual(['.git/', 'js/node_modules/', 'link'])
  let read = 0
  const archive = await collect(
    packed(folder, (bytes) => {
      read += bytes
    }),
  )
  expect(read).toBe(folder.bytes)
  const { 'js/large.js': large, ...small } = await unpacked(archive)
  expect(small).toEqual({ 'index.html': Buffer.from('page'), 'empty.txt': Buffer.alloc(0) })
  expect(large?.equals(LARGE)).toBe(true)
})

test('a file that is cut or gone meanwhile breaks it off', async () => {
  const folder = await lookInto(dir)
  await truncate(join(dir, 'js/large.js'), 1000)
  await expect(collect(packed(folder, () => {}))).rejects.toThrow()
  await rm(join(dir, 'js'), { recursive: true })
  await expect(collect(packed(folder, () => {}))).rejects.toThrow('ENOENT')
})

test('whoever wants no more of it leaves nothing open', async () => {
  const folder = await lookInto(dir)
  for await (const _ of packed(folder, () => {})) break
})

test('a form has one file, an archive', async () => {
  const zip = join(dir, 'a "b".zip')
  await writeFile(zip, 'PK')
  const form = await appForm(zip, Readable.from([]), () => {})
  expect(form.totalBytes).toBe(2)
  const body = Buffer.concat(await form.stream.toArray())
  const headers = { 'content-type': `multipart/form-data; boundary=${form.boundary}` }
  const file = (await new Response(body, { headers }).formData()).get('archive') as File
  expect([file.name, await file.text()]).toEqual(['a _b_.zip', 'PK'])
  const piped = await appForm(undefined, Readable.from([Buffer.from('tar')]), () => {})
  expect(piped.totalBytes).toBeUndefined()
  expect(String(Buffer.concat(await piped.stream.toArray()))).toContain('filename="app.tar.gz"')
})

test('a project without a page is told the folder that was built from it', async () => {
  await mkdir(join(dir, 'build'))
  await writeFile(join(dir, 'build/index.html'), '')
  await rm(join(dir, 'index.html'))
  await expect(lookInto(dir)).rejects.toThrow(`name ${join(dir, 'build')}, which was built from it`)
})

test.each([
  ['nothing', 'there is no folder or file'],
  ['js', 'build the app first'],
  ['empty.txt', 'is no folder, .zip, .tar, .tar.gz or .tgz'],
])('%s cannot be deployed, and that is said', async (name, reason) => {
  await expect(appForm(join(dir, name), Readable.from([]), () => {})).rejects.toThrow(reason)
})
