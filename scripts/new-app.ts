import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseAppName } from '../src/apps/releases/app-name.ts'
import { runTool, typedPath, WrongUsage } from '../src/system/tool.ts'

const BOX = 'http://localhost:8888/'
const USAGE = `Makes a small app to begin with: TypeScript, Vite, a test with two clients.

usage: npm run new-app -- FOLDER [--box URL]

  FOLDER     is made; its name is that of the app: small letters, digits, hyphens
  --box URL  where the box is; ${BOX} if not given
  --help     this text

example: npm run new-app -- ../garden

Exit code 0 if all is well, 1 if not, 2 for wrong usage.`

const TEMPLATE = join(import.meta.dirname, '../template')
/** What the template calls itself, in code and in words. */
const NAMES = ['my-app', 'My app'] as const
const NAMED_FILES = ['package.json', 'index.html', 'README.md', 'src/main.ts']
/** What is there only if somebody has tried the template where it is. */
const NOT_COPIED = ['node_modules', 'dist', 'package-lock.json']

/** What is to be done next. */
async function nextSteps(dir: string): Promise<string> {
  const lines = [`${dir} is there. Next:`, `  cd ${dir}`, '  npm install', '  npm run dev']
  const found = /\bnode\/v(\S+)/.exec(process.env.npm_config_user_agent ?? '')?.[1]
  const needed = await neededNode()
  if (found === undefined || compareVersions(found, needed) >= 0) return lines.join('\n')
  const warning = `The tools of the app need Node ${needed} or newer, and this machine has ${found}: install a newer one first.`
  return [...lines, warning].join('\n')
}

async function neededNode(): Promise<string> {
  const text = await readFile(join(TEMPLATE, 'package.json'), 'utf8')
  const { engines } = JSON.parse(text) as { readonly engines: { readonly node: string } }
  return engines.node.replace(/^>=/, '')
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

async function makeApp(dir: string, box: string): Promise<void> {
  const name = parseAppName(basename(dir))
  const url = URL.parse(box.endsWith('/') ? box : `${box}/`)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Error(`${box} is no address of a box: it is like http://box.local:8888/`)
  }
  await mkdir(dir, { recursive: true })
  if ((await readdir(dir)).length > 0) {
    throw new Error(`there is something in ${dir}: name a folder that is not there yet`)
  }
  await cp(TEMPLATE, dir, {
    recursive: true,
    filter: (path) => !NOT_COPIED.includes(basename(path)),
  })
  for (const file of NAMED_FILES) await nameFile(join(dir, file), name, url.href)
}

async function nameFile(path: string, name: string, box: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const [inCode, inWords] = NAMES
  const named = text.replaceAll(inCode, name).replaceAll(inWords, name).replace(BOX, box)
  await writeFile(path, named)
}

const CONFIG = {
  options: { box: { type: 'string', default: BOX } },
  allowPositionals: true,
} as const

process.exitCode = await runTool(process, {
  ...{ name: 'new-app', usage: USAGE, config: CONFIG },
  run: async ({ values, positionals }) => {
    const [folder, ...rest] = positionals
    if (folder === undefined || rest.length > 0) throw new WrongUsage('one FOLDER has to be given')
    const dir = resolve(typedPath(folder, process.env))
    await makeApp(dir, values.box)
    console.log(await nextSteps(dir))
    return 0
  },
})
