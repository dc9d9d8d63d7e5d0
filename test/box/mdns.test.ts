import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import type { HeardRecord } from '../support/mdns-listener.ts'
import { NetworkPair } from '../support/network-pair.ts'

const LISTENER = fileURLToPath(new URL('../support/mdns-listener.ts', import.meta.url))
const [A, PTR, AAAA, SRV] = [1, 12, 28, 33] as const
const [BOXES, VISITOR] = [0, 1] as const
const fault = NetworkPair.fault()

describe.skipIf(fault !== undefined)(`on a network of its own${fault ? ` (${fault})` : ''}`, () => {
  let network: NetworkPair
  let visitor: ChildProcess
  let heard: HeardRecord[]
  let boxes: BoxProcess[]
  let dirs: string[]

  beforeEach(async () => {
    network = NetworkPair.make()
    boxes = []
    dirs = []
    heard = []
    const [program = '', ...args] = network.on(VISITOR)
    visitor = spawn(program, [...args, process.execPath, LISTENER, '10.77.0.2', 'vb'])
    createInterface({ input: visitor.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      heard.push(JSON.parse(line))
    })
    await expect.poll(() => heard.filter(({ name }) => name === 'ready')).toHaveLength(2)
  })

  afterEach(async () => {
    visitor.kill()
    for (const box of boxes) box.kill('SIGKILL')
    await Promise.all(boxes.map((box) => box.exit))
    network.remove()
    for (const dir of dirs) await rm(dir, { recursive: true })
  })

  async function start(env: Record<string, string> = {}): Promise<BoxProcess> {
    const dir = await mkdtemp(join(tmpdir(), 'box-mdns-'))
    dirs.push(dir)
    const settings = { BOX_PORT: '0', BOX_FILES_DIR: dir, BOX_MDNS_NAME: 'croquet', ...env }
    const box = new BoxProcess(settings, undefined, network.on(BOXES))
    boxes.push(box)
    await box.url()
    return box
  }

  /** What is answered, all that is heard of that name. */
  async function ask(name: string, of = name): Promise<readonly HeardRecord[]> {
    heard.length = 0
    visitor.stdin?.write(`${name}\n`)
    const answers = () => heard.filter((record) => record.name === of && record.ttl > 0)
    await expect.poll(() => new Set(answers().map(({ by }) => by)).size).toBe(2)
    return answers()
  }

  const dataOf = (records: readonly HeardRecord[], type: number) => [
    ...new Set(records.filter((record) => record.type === type).map(({ data }) => data)),
  ]
  const portOf = async (box: BoxProcess) => Number(new URL(await box.url()).port)

  test('a box answers for croquet.local by IPv4 and IPv6, and is found among web servers', async () => {
    const box = await start({ BOX_TLS: 'local-ca' })
    const port = await portOf(box)
    expect(box.stdout).toContain(`at\n  http://10.77.0.1:${port}/\n`)
    expect(box.stdout).toContain(`or, on most devices, at\n  http://croquet.local:${port}/\n`)
    const host = await ask('croquet.local')
    expect(dataOf(host, A)).toEqual(['10.77.0.1'])
    expect(dataOf(host, AAAA)).toContain('[fd77::1]')
    const service = 'Croquet box croquet._http._tcp.local'
    expect(dataOf(await ask('_http._tcp.local'), PTR)).toEqual([service])
    expect(dataOf(await ask(service), SRV)).toEqual([`${port} croquet.local`])
    const path = join(dirs[0] ?? '', 'tls/box.pem')
    const names = async () => new X509Certificate(await readFile(path)).subjectAltName
    await expect.poll(names).toContain('DNS:croquet.local')
    expect(await names()).toMatch(/IP Address:FD77:/i)
  })

  test('the second box of a machine takes another name, and says goodbye when it stops', async () => {
    const first = await start()
    const second = await start()
    const port = await portOf(second)
    await expect.poll(() => second.stdout).toContain(`http://croquet-2.local:${port}/`)
    expect(second.stderr).toContain("croquet.local is another machine's")
    expect(dataOf(await ask('croquet-2.local'), A)).toEqual(['10.77.0.1'])
    second.kill('SIGTERM')
    expect(await second.exit).toBe(0)
    const goodbyes = () =>
      heard.filter(({ name, type, ttl }) => name === 'croquet-2.local' && type === A && ttl === 0)
    await expect.poll(goodbyes).not.toHaveLength(0)
    expect(dataOf(await ask('croquet.local'), A)).toEqual(['10.77.0.1'])
    expect(first.stdout).not.toContain('croquet-2')
    expect(heard.some(({ name }) => name.includes('('))).toBe(false)
  })

  test('two boxes that start at the same time have two names', async () => {
    const both = await Promise.all([start(), start()])
    const named = () =>
      both.map(({ stdout }) => /http:\/\/(croquet\S*\.local)/.exec(stdout)?.[1]).sort()
    await expect.poll(named, { timeout: 30_000 }).toEqual(['croquet-2.local', 'croquet.local'])
  })

  test('a page by the name of the box is served, and by that of a foreign site refused', async () => {
    const box = await start()
    const port = await portOf(box)
    const [program = '', ...args] = network.on(VISITOR)
    const statusBy = (host: string) => {
      const url = `http://10.77.0.1:${port}/`
      const script = `const r = require('http').get(${JSON.stringify(url)}, { headers: { host: ${JSON.stringify(host)} } }, (a) => { console.log(a.statusCode); process.exit() })`
      return execFileSync(program, [...args, process.execPath, '-e', script], { encoding: 'utf8' })
    }
    expect(statusBy(`croquet.local:${port}`)).toBe('200\n')
    expect(statusBy(`evil.example:${port}`)).toBe('403\n')
  })
})

test('a box that has no network to be found on starts, and stops at once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'box-mdns-'))
  const settings = { BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: dir }
  const box = new BoxProcess({ ...settings, BOX_MDNS_NAME: 'croquet' })
  await box.url()
  box.kill('SIGTERM')
  expect(await box.exit).toBe(0)
  expect(box.stderr).not.toContain('mdns')
  await rm(dir, { recursive: true })
})
