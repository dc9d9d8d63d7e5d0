import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import { PLAIN_ENV } from '../support/plain-env.ts'
import { RawClients, randomSessionId } from '../support/raw-client.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/invite.ts')
const POLL_MS = 20

const clients = new RawClients()
let dir: string
let box: BoxProcess | undefined

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'invite-'))
})
afterEach(async () => {
  await clients.closeAll()
  box?.kill('SIGKILL')
  await box?.exit
  box = undefined
  await rm(dir, { recursive: true })
})

async function start(more: Record<string, string> = {}): Promise<string> {
  const settings = { BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_ACCESS: 'invite', ...more }
  box = new BoxProcess({ ...settings, BOX_FILES_DIR: dir })
  return box.url()
}

/** `npm run invite -- …` beside the box. @param url of it */
function invite(url: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  return inviteWith({}, url, ...args)
}

async function inviteWith(
  more: Record<string, string>,
  url: string,
  ...args: readonly string[]
): Promise<{ stdout: string }> {
  const { hostname, port } = new URL(url)
  const adminPort = box ? new URL(await box.adminUrl()).port : '2'
  const env = {
    ...{ ...PLAIN_ENV, BOX_FILES_DIR: dir, BOX_HOST: hostname },
    ...{ BOX_PORT: port, BOX_ADMIN_PORT: adminPort, ...more },
  }
  return promisify(execFile)(process.execPath, [SCRIPT, ...args], { env })
}

const linkIn = (text: string) => /http:\S+\/invite\/(\S+)/.exec(text) ?? []

describe('npm run invite', () => {
  test('[ACCESS5] makes a link that lets in, lists it, and ends it', async () => {
    const url = await start()
    const { stdout } = await invite(url, '--role', 'viewer', '--hours', '2', '--label', 'class 7b')
    const [link = '', token = ''] = linkIn(stdout)
    expect(stdout).toMatch(/^Whoever opens this link is let in as viewer until 2/)
    expect(stdout).toContain('Only this machine can open that, since BOX_HOST says so')
    const opened = await fetch(link, { redirect: 'manual' })
    expect(opened.status).toBe(303)
    await clients.connect(`${url.replace('http', 'ws')}/t/${token}/reflector`, randomSessionId())
    const listed = await invite(url, '--list')
    expect(listed.stdout).toMatch(/^\S+ {2}viewer {2}until \S+ {2}class 7b\n$/)
    const [id = ''] = listed.stdout.split(' ', 1)
    expect((await invite(url, '--revoke', id)).stdout).toContain(`Revoked: ${id}`)
    expect((await invite(url, '--list')).stdout).toBe('There are no links that are good.\n')
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(401)
    await expect(invite(url, '--revoke', id)).rejects.toMatchObject({
      code: 1,
      stderr: `That did not work: there is no invite ${id}: it has run out, or was revoked before\n`,
    })
  })

  test('makes links for other devices by the names that the settings have, and a code', async () => {
    await start({ BOX_URLS: 'http://localhost:81/', BOX_HOSTNAMES: 'box.school' })
    const { stdout } = await invite('http://127.0.0.1:81')
    expect(stdout.split('\n')[1]).toMatch(/^ {2}http:\/\/box\.school:81\/invite\/./)
    expect(stdout).not.toContain('localhost')
    expect(stdout).toContain('█')
  })

  test('[ROLE8] makes a link for one session that says which data its app has', async () => {
    const url = await start()
    const [session, data] = [randomSessionId(), randomSessionId()]
    const scope = ['--session', session, '--persistent-id', data]
    await expect(invite(url, ...scope)).rejects.toMatchObject({
      stderr: expect.stringContaining('persistentId is for one app'),
    })
    await invite(url, ...scope, '--app', 'org.example.app')
    expect((await invite(url, '--list')).stdout).toContain(
      `app org.example.app  data ${data}  session ${session}`,
    )
  })

  test('[ACCESS10] what it did is in the audit log', async () => {
    const url = await start()
    const [link = ''] = linkIn((await invite(url, '--app', 'org.example.app')).stdout)
    await fetch(link, { redirect: 'manual' })
    const read = async () =>
      (await readFile(join(dir, 'audit.jsonl'), 'utf8')).trimEnd().split('\n')
    await expect.poll(async () => (await read()).length, { interval: POLL_MS }).toBe(3)
    const lines = (await read()).map((line) => JSON.parse(line))
    const who = 'scripts/invite.ts on the machine of the box'
    expect(lines).toMatchObject([
      { event: 'policy', policy: { access: 'invite' } },
      { event: 'invite-made', who, address: '127.0.0.1', role: 'participant' },
      { event: 'login', who: expect.stringMatching(/^invite \S+$/), address: '127.0.0.1' },
    ])
    expect(lines[1].invite).toBe(lines[2].who.split(' ')[1])
  })

  test.each([
    ['', 'http://localhost/invite/', 'write it into the file .env (BOX_HOSTNAMES=192.168.1.20)'],
    ['192.168.7.7', 'http://192.168.7.7/invite/', '█'],
  ])(
    'in a container that knows "%s" for others, says what is right there',
    async (known, link, then) => {
      await start({ BOX_URLS: 'http://localhost/', BOX_HOSTNAMES: known, BOX_COMMANDS: 'compose' })
      const { stdout } = await inviteWith({ BOX_COMMANDS: 'compose' }, 'http://127.0.0.1:1')
      expect(stdout).toContain(`\n  ${link}`)
      expect(stdout).toContain(then)
      expect(stdout).toMatch(
        /\nTo end it: docker compose exec box node scripts\/invite\.ts --revoke \S+\n$/,
      )
      expect(stdout).not.toContain('npm')
    },
  )

  test('says in words what is wrong', async () => {
    await expect(invite('http://127.0.0.1:1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('start the box first'),
    })
    const url = await start()
    await expect(invite(url, '--role', 'king')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('role'),
    })
    await expect(invite(url, '--what')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('. How it is used: npm run invite -- --help'),
    })
  })

  test('says so when no box answers', async () => {
    const url = await start()
    box?.kill('SIGKILL')
    await box?.exit
    const { origin } = new URL((await box?.adminUrl()) ?? '')
    await expect(invite(url)).rejects.toMatchObject({
      stderr: `That did not work: no box answers at ${origin}: start it first, or set BOX_ADMIN_PORT\n`,
    })
  })

  test('[ADMIN11] a link for a role of the dashboard leads there', async () => {
    const url = await start()
    const [link = '', token] = linkIn((await invite(url, '--role', 'admin')).stdout)
    expect(link.startsWith(`${url}/invite/`)).toBe(true)
    const { headers } = await fetch(link, { redirect: 'manual' })
    expect(headers.get('location')).toBe(`${await box?.adminUrl()}/admin/enter.html#${token}`)
  })
})
