import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppApi, adminToken } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import { BoxProcess } from '../support/box-process.ts'
import { makeCertificate } from '../support/certificate.ts'
import { findFreePorts, startNginx, type TestNginx } from '../support/nginx.ts'
import { PLAIN_ENV } from '../support/plain-env.ts'
import { findFreeRange } from '../support/port-range.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/deploy.ts')

let top: string
let dir: string
let started: BoxProcess[]
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'deploy-'))
  dir = join(top, 'box')
  started = []
})
afterEach(async () => {
  for (const box of started) {
    box.kill('SIGKILL')
    await box.exit
  }
  await rm(top, { recursive: true })
})

async function start(filesDir = dir): Promise<{ box: BoxProcess; adminUrl: string; api: AppApi }> {
  const box = new BoxProcess({ BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: filesDir })
  started.push(box)
  const adminUrl = await box.adminUrl()
  // The apps are there when requests are answered.
  await fetch(`${adminUrl}/healthz`)
  return { box, adminUrl, api: await AppApi.of(adminUrl, filesDir) }
}

/** Every file below the folder of the apps, by path. */
async function onDisk(filesDir = dir): Promise<readonly string[]> {
  const appsDir = join(filesDir, 'apps')
  const entries = await readdir(appsDir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(appsDir.length + 1))
}

/** What visitors get of an app, as its list of releases has it. */
async function served(filesDir = dir): Promise<string> {
  const app = join(filesDir, 'apps/garden')
  const { active } = JSON.parse(await readFile(join(app, 'app.json'), 'utf8')) as { active: string }
  return readFile(join(app, 'releases', active, 'index.html'), 'utf8')
}

test('a backup of a box in use has its apps, and brings them back', async () => {
  const { box, api } = await start()
  await api.deploy('garden', await zipOf({ 'index.html': 'page', 'js/main.js': 'main' }))
  const tar = join(top, 'box.tar')
  const backedUp = await run('backup.ts', [tar], { BOX_FILES_DIR: dir })
  expect(backedUp.stdout).toContain('Backed up 0 sessions, 0 files and 1 app, ')
  const files = await onDisk()
  box.kill('SIGTERM')
  await box.exit
  const newDir = join(top, 'new')
  const restored = await run('restore.ts', [tar], { BOX_FILES_DIR: newDir })
  expect(restored.stdout).toContain('Restored 0 sessions, 0 files and 1 app, ')
  const again = await start(newDir)
  expect(await again.api.list()).toMatchObject([{ name: 'garden', releases: [{}] }])
  expect((await onDisk(newDir)).toSorted()).toEqual(files.toSorted())
  expect(await served(newDir)).toBe('page')
})

interface Ended {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script to its end. */
async function run(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  const path = join(SCRIPT, '..', script)
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...PLAIN_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended(child)
}

async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('a script has to have outputs')
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)])
  return { code, stdout: out, stderr: err }
}

describe('npm run deploy', () => {
  let box: TestBox
  let dist: string
  beforeEach(async () => {
    box = await startBox({ BOX_FILES_DIR: dir, BOX_MAX_APP_MB: '1' })
    dist = join(top, 'dist')
    await mkdir(join(dist, 'js'), { recursive: true })
    await mkdir(join(dist, 'node_modules/x'), { recursive: true })
    await writeFile(join(dist, 'index.html'), '<title>Our garden</title>')
    await writeFile(join(dist, 'js/main.js'), 'main')
    await writeFile(join(dist, 'js/empty.js'), '')
    await writeFile(join(dist, '.env'), 'secret')
    await writeFile(join(dist, 'node_modules/x/index.js'), 'x')
  })
  afterEach(() => box.stop())

  const deploy = (...args: readonly string[]) =>
    run('deploy.ts', args, {
      BOX_FILES_DIR: dir,
      BOX_HOST: '127.0.0.1',
      BOX_PORT: String(box.port),
      BOX_ADMIN_PORT: String(box.adminPort),
    })

  test('deploys a folder and archives, lists, and goes back', async () => {
    const done = await deploy(dist, 'garden')
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/^garden is on the box \(release \S+; 3 files, 0\.0 MB\):\n/)
    expect(done.stdout).toContain(`\n  http://127.0.0.1:${box.port}/apps/garden/\n`)
    expect(done.stdout).toMatch(/^Left out: (\.env, node_modules\/|node_modules\/, \.env)$/m)
    expect((await onDisk()).map((path) => path.split('/').slice(3).join('/')).toSorted()).toEqual([
      ...['', 'index.html', 'js/empty.js', 'js/main.js'],
    ])
    const zip = join(top, 'second.zip')
    await writeFile(zip, await zipOf({ 'index.html': 'second', '.git/HEAD': 'x' }))
    const second = await deploy(zip, 'garden')
    expect(second.stdout).toContain('Left out: .git/\n')
    expect(await served()).toBe('second')
    expect((await deploy('--list')).stdout).toMatch(
      /^garden {2}http:\S+\/apps\/garden\/\n\* {3}\S+ {2}1 file {2}0\.0 MB {2}scripts\/deploy\.ts .*\n {4}\S+ {2}3 files/,
    )
    expect((await deploy('--rollback', 'garden')).stdout).toMatch(
      /^garden is at release \S+ now:\n/,
    )
    expect(await served()).toContain('Our garden')
    expect(await deploy('--rollback', 'garden')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('garden has no release before the active one'),
    })
    const audit = await readFile(join(dir, 'audit.jsonl'), 'utf8')
    const events = [...audit.matchAll(/"event":"(app-\w+)","who":"([^"]+)"/g)]
    expect(events.map(([, event]) => event)).toEqual([
      ...['app-deployed', 'app-deployed', 'app-activated'],
    ])
    expect(events[0]?.[2]).toBe('scripts/deploy.ts on the machine of the box')
  })

  test('asks whether what is built is meant, and takes sources from who means them', async () => {
    const project = join(top, 'project')
    await mkdir(join(project, 'dist'), { recursive: true })
    const html = '<script type="module" src="/src/main.tsx"></script>'
    await writeFile(join(project, 'index.html'), html)
    await writeFile(join(project, 'package.json'), '{}')
    await writeFile(join(project, 'dist/index.html'), 'built')
    const { code, stderr } = await deploy(project, 'garden')
    expect(code).toBe(1)
    expect(stderr).toContain('its page loads "src/main.tsx", so it would not work')
    expect(stderr).toContain('deploy dist/, which was built from it')
    expect(stderr).toContain('To deploy it all the same, add --as-is')
    expect(await onDisk()).toEqual([])
    expect(await deploy(join(project, 'dist'), 'garden')).toMatchObject({ code: 0 })
    expect(await deploy(project, 'garden', '--as-is')).toMatchObject({ code: 0, stderr: '' })
    expect(await served()).toBe(html)
  })

  test('says in words what is wrong', async () => {
    await writeFile(join(top, 'text.txt'), '')
    await writeFile(join(dist, 'large.bin'), randomBytes(1_100_000))
    const cases: ReadonlyArray<readonly [readonly string[], string]> = [
      [[join(top, 'nothing'), 'garden'], 'there is no folder or file'],
      [[join(dist, 'js'), 'garden'], 'build the app first'],
      [[join(top, 'text.txt'), 'garden'], 'is no folder, .zip, .tar'],
      [[dist, 'Garden'], 'an app cannot be called "Garden"'],
      [[dist, 'garden'], 'the app is larger than 1 MB'],
      [['--rollback', 'garden'], 'there is no app garden on this box'],
      [[dist, 'garden', '--box', 'box'], 'box is no address of a box'],
      [[dist, 'garden', '--ca', join(top, 'text.txt')], 'is no certificate that can be read'],
    ]
    for (const [args, reason] of cases) {
      const { code, stdout, stderr } = await deploy(...args)
      expect(stderr).toContain(`That did not work: `)
      expect(stderr).toContain(reason)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    }
    expect(await deploy(dist)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('. How it is used: npm run deploy -- --help'),
    })
    expect(await onDisk()).toEqual([])
  })

  test('[APPS1] prints the address of an own origin, or why there is none', async () => {
    await box.stop()
    const port = await findFreeRange(1)
    box = await startBox({ BOX_FILES_DIR: dir, BOX_APP_ORIGINS: `${port}-${port}` })
    const done = await deploy(dist, 'garden')
    expect(done.stdout).toContain(
      `\n  http://127.0.0.1:${port}/apps/garden/\nIt has an origin of its own.\n`,
    )
    const other = await deploy(dist, 'chess')
    expect(other.stdout).toContain(
      `\n  ${box.url}/apps/chess/\nIt shares its origin with other apps: no port is left in BOX_APP_ORIGINS=${port}-${port}: `,
    )
    expect((await deploy('--list')).stdout).toContain(`http://127.0.0.1:${port}/apps/garden/`)
    await box.stop()
    box = await startBox({ BOX_FILES_DIR: dir, BOX_APP_ORIGINS: '*.apps.box.test' })
    expect((await deploy('--list')).stdout).toContain(
      `http://garden.apps.box.test:${box.port}/apps/garden/`,
    )
  })

  describe('through nginx', () => {
    let nginx: TestNginx
    let authority: string
    beforeEach(async () => {
      const { certificate, key, issuer } = await makeCertificate(['127.0.0.1'])
      authority = issuer.certificate
      await writeFile(join(top, 'box.pem'), `${certificate}\n${key}`)
      // nginx reads the certificate as another user.
      await chmod(top, 0o755)
      const [port = 0] = await findFreePorts(1)
      const { port: appPort, adminPort } = box
      await box.stop()
      nginx = await startNginx(appPort, {
        certificateDir: top,
        admin: { port, box: `127.0.0.1:${adminPort}` },
      })
      box = await startBox({
        ...{ BOX_FILES_DIR: dir, BOX_PORT: `${appPort}`, BOX_ADMIN_PORT: `${adminPort}` },
        ...{ BOX_URLS: `${nginx.httpsUrl}/`, BOX_ADMIN_URL: `${nginx.adminUrl}/` },
      })
    })
    afterEach(() => nginx.stop())

    test('reaches a box elsewhere, whose certificate it is told to trust', async () => {
      const ca = join(top, 'box.crt')
      await writeFile(ca, authority)
      const env = { BOX_ADMIN_TOKEN: await adminToken(dir) }
      const elsewhere = ['--box', nginx.httpsUrl]
      const done = await run('deploy.ts', [dist, 'garden', ...elsewhere, '--ca', ca], env)
      expect(done).toMatchObject({ code: 0, stderr: '' })
      expect(done.stdout).toContain(`\n  ${nginx.httpsUrl}/apps/garden/\n`)
      expect(await served()).toContain('Our garden')
      const straight = await run('deploy.ts', ['--list', '--box', nginx.adminUrl, '--ca', ca], env)
      expect(straight.stdout).toContain(`${nginx.httpsUrl}/apps/garden/`)
      const untrusted = await run('deploy.ts', [dist, 'garden', ...elsewhere], env)
      expect(untrusted.code).toBe(1)
      expect(untrusted.stderr).toContain(`does not trust the certificate of ${nginx.httpsUrl}`)
      expect(untrusted.stderr).toContain(`${nginx.httpsUrl}/trust tells how`)
    })
  })
})
