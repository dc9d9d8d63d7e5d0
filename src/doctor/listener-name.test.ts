import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listenerAt } from './listener-name.ts'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
/** 8888 is 22B8; 0A is a listening socket, 01 a connection. */
const lineOf = (port: string, state: string, inode: number) =>
  `   0: 00000000:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000097312b25 100 0 0 10 0`

let proc: string
beforeEach(async () => {
  proc = await mkdtemp(join(tmpdir(), 'doctor-proc-'))
  await mkdir(join(proc, 'net'))
  const lines = [HEAD, lineOf('22B8', '01', 7), lineOf('22B8', '0A', 648), lineOf('0050', '0A', 9)]
  await writeFile(join(proc, 'net/tcp'), `${lines.join('\n')}\n`)
})
afterEach(() => rm(proc, { recursive: true }))

async function addProcess(pid: number, cmdline: string, inode: number): Promise<void> {
  const dir = join(proc, String(pid))
  await mkdir(join(dir, 'fd'), { recursive: true })
  await writeFile(join(dir, 'cmdline'), cmdline)
  await symlink(`socket:[${inode}]`, join(dir, 'fd/3'))
}

it('is named by the program that was started', async () => {
  await addProcess(11, '/usr/bin/python3\0app.py\0', 7)
  await addProcess(12, '/usr/local/bin/node\0src/main.ts\0', 648)
  await addProcess(13, 'nginx: master process nginx -g daemon off;', 9)
  expect(await listenerAt(8888, proc)).toBe('node (process 12)')
  expect(await listenerAt(80, proc)).toBe('nginx (process 13)')
})

it('is not named if nobody listens, it is hidden, or the system does not tell', async () => {
  expect(await listenerAt(9999, proc)).toBe('')
  expect(await listenerAt(8888, proc)).toBe('')
  expect(await listenerAt(8888, join(proc, 'nothing'))).toBe('')
})
