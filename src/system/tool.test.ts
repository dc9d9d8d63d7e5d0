import { join, sep } from 'node:path'
import { expect, it } from 'vitest'
import { pipeHint, runTool, type ToolProcess, typedPath, WrongUsage } from './tool.ts'

const TOOL = {
  name: 'garbage',
  usage: 'usage: npm run garbage -- [--list] [--label TEXT] [NAME]',
  config: {
    options: { list: { type: 'boolean' }, label: { type: 'string' } },
    allowPositionals: true,
  },
} as const

async function run(
  args: readonly string[],
  env: ToolProcess['env'] = {},
  act: (list: boolean) => number = () => 0,
) {
  const written = { stdout: '', stderr: '' }
  const process: ToolProcess = {
    ...{ argv: ['node', 'garbage.ts', ...args], env },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  }
  const code = await runTool(process, { ...TOOL, run: ({ values }) => act(values.list === true) })
  return { code, ...written }
}

it.each([['--help'], ['-h'], ['--list', '--help'], ['name', '--help']])(
  'is explained to who asks for it (%s %s), and does nothing else',
  async (...args) => {
    const asked = args.filter((arg) => arg !== undefined)
    const expected = { code: 0, stdout: `${TOOL.usage}\n`, stderr: '' }
    expect(await run(asked, {}, () => 9)).toEqual(expected)
  },
)

it('is explained in the words of the container', async () => {
  const { stdout } = await run(['--help'], { BOX_COMMANDS: 'compose' })
  expect(stdout).toMatch(/^usage: docker compose exec box node scripts\/garbage\.ts \[--list\]/)
})

it('gives what was asked for to the tool, and its exit code to the shell', async () => {
  expect(await run(['--list'], {}, (list) => (list ? 7 : 0))).toMatchObject({ code: 7 })
  expect(await run([])).toEqual({ code: 0, stdout: '', stderr: '' })
})

it.each([
  [['--what'], "Unknown option '--what'"],
  [['--label'], "Option '--label <value>' argument missing"],
])('what it does not know (%s) is told in a sentence', async (args, sentence) => {
  const stderr = `${sentence}. How it is used: npm run garbage -- --help\n`
  expect(await run(args)).toEqual({ code: 2, stdout: '', stderr })
})

it('a value may begin with a hyphen, as ids of sessions do', async () => {
  const asked: unknown[] = []
  const act = ({ values }: { readonly values: object }) => asked.push({ ...values }) * 0
  const process: ToolProcess = {
    ...{ argv: ['node', 'garbage.ts', '--label', '-x3_', '--list'], env: {} },
    ...{ stdout: { write: () => {} }, stderr: { write: () => {} } },
  }
  expect(await runTool(process, { ...TOOL, run: act })).toBe(0)
  expect(asked).toEqual([{ label: '-x3_', list: true }])
  expect(await run(['--label', '--list'])).toMatchObject({ code: 2 })
})

it('tells a tool that finds its arguments wrong from one that fails', async () => {
  const wrong = await run([], {}, () => {
    throw new WrongUsage('NAME has to be given')
  })
  const stderr = 'NAME has to be given. How it is used: npm run garbage -- --help\n'
  expect(wrong).toMatchObject({ code: 2, stderr })
  const failed = await run([], { BOX_COMMANDS: 'compose' }, () => {
    throw new Error('no box answers: npm start')
  })
  const said = 'That did not work: no box answers: docker compose up -d\n'
  expect(failed).toMatchObject({ code: 1, stderr: said })
})

it('an option that npm has kept for itself is not left out without a word', async () => {
  const { code, stderr } = await run([], { npm_config_list: 'true' })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^npm has kept --list for itself: .* npm run garbage -- --list\./)
  expect(await run([], { npm_config_ca: 'x', npm_config_cache: 'y' })).toMatchObject({ code: 0 })
})

it('paths are meant from where the person is, not from where npm goes', () => {
  expect(typedPath('box.tar', {})).toBe('box.tar')
  expect(typedPath('box.tar', { INIT_CWD: join(sep, 'home') })).toBe(join(sep, 'home', 'box.tar'))
  expect(typedPath(join(sep, 'a'), { INIT_CWD: join(sep, 'home') })).toBe(join(sep, 'a'))
})

it('in a container it is said that files come through a pipe', () => {
  expect(pipeHint('deploy', {})).toBe('')
  expect(pipeHint('deploy', { BOX_COMMANDS: 'compose' })).toMatch(
    /give "-" and use a pipe, as in docker compose exec -T box node scripts\/deploy\.ts --help$/,
  )
})
