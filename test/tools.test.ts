import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { PLAIN_ENV } from './support/plain-env.ts'

const ROOT = join(import.meta.dirname, '..')
const IN_CONTAINER = ['admin', 'backup', 'deploy', 'doctor', 'garbage', 'invite', 'restore']
const ALL = [...IN_CONTAINER, 'new-app', 'bench']
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).scripts

/** A tool as npm starts it. */
function tool(name: string, args: readonly string[], env: Record<string, string> = {}) {
  const [, file = ''] = /^node scripts\/pinned-node\.mjs (\S+)$/.exec(SCRIPTS[name] ?? '') ?? []
  return promisify(execFile)(process.execPath, [file, ...args], {
    ...{ cwd: ROOT, env: { ...PLAIN_ENV, ...env } },
  })
}

it('all tools that npm runs are looked at', () => {
  const tools = Object.keys(SCRIPTS).filter((name) =>
    /^(scripts\/(?!write-)|bench\/)\S+\.ts$/.test(SCRIPTS[name]?.split(' ').at(-1) ?? ''),
  )
  expect(tools.toSorted()).toEqual(ALL.toSorted())
})

it.concurrent.each(ALL)(
  'npm run %s -- --help tells how it is used, and is no failure',
  async (name) => {
    const { stdout, stderr } = await tool(name, ['--help'])
    expect(stderr).toBe('')
    expect(stdout).toContain(`\nusage: npm run ${name} -- `)
    expect(stdout).toMatch(/^ +--help /m)
    expect(stdout).toMatch(new RegExp(`^example: npm run ${name} -- `, 'm'))
  },
)

it.concurrent.each(IN_CONTAINER)(
  '%s --help says in a container what is typed around it',
  async (name) => {
    const { stdout } = await tool(name, ['--help'], { BOX_COMMANDS: 'compose' })
    expect(stdout).toContain(`\nusage: docker compose `)
    expect(stdout).toContain(` node scripts/${name}.ts`)
    // The doctor can be asked from another machine, too.
    expect(stdout.replaceAll('npm run doctor -- https', '')).not.toMatch(/\bnpm\b/)
  },
)

it.concurrent.each(['deploy', 'backup', 'bench'])(
  '%s tells in a sentence what it does not know',
  async (name) => {
    const failed = await tool(name, ['--unheard-of']).catch((error) => error)
    expect(failed).toMatchObject({ code: 2, stdout: '' })
    expect(failed.stderr).toBe(
      `Unknown option '--unheard-of'. How it is used: npm run ${name} -- --help\n`,
    )
  },
)

it.each([
  ['v20.20.2', true],
  ['v22.12.0', false],
])('new-app on a machine with Node %s says whether that is too old: %s', async (node, isTooOld) => {
  const dir = await mkdtemp(join(tmpdir(), 'new-app-'))
  try {
    const env = { npm_config_user_agent: `npm/10.8.2 node/${node} linux x64`, INIT_CWD: dir }
    const { stdout } = await tool('new-app', ['garden'], env)
    expect(stdout).toContain(`\n  cd ${join(dir, 'garden')}\n`)
    expect(stdout.includes('need Node 22.12 or newer, and this machine has 20.20.2')).toBe(isTooOld)
  } finally {
    await rm(dir, { recursive: true })
  }
})

it.each([
  ['deploy', ['./dist', 'garden']],
  ['restore', ['box.tar']],
])('%s of a file that the container does not see says how it gets in', async (name, args) => {
  const failed = await tool(name, args, { BOX_COMMANDS: 'compose' }).catch((error) => error)
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toContain('The container does not see files of the machine around it')
})
