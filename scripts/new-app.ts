import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseAppName } from '../src/apps/releases/app-name.ts'

const USAGE = `Makes a small app to begin with: TypeScript, Vite, a test with two clients.

usage: npm run new-app -- FOLDER [--box URL]

  FOLDER     is made; its name is that of the app
  --box URL  where the box is; without it http://localhost:8888/

Exit code 0 if all is well, 1 if not, 2 for wrong usage.`

const TEMPLATE = join(import.meta.dirname, '../template')
const BOX = 'http://localhost:8888/'
/** What the template calls itself, in code and in words. */
const NAMES = ['my-app', 'My app'] as const
const NAMED_FILES = ['package.json', 'index.html', 'README.md', 'src/main.ts']
/** What is there only if somebody has tried the template where it is. */
const NOT_COPIED = ['node_modules', 'dist', 'package-lock.json']

async function main(): Promise<number> {
  const asked = readArguments()
  if (!asked) return 2
  try {
    await makeApp(asked.dir, asked.box)
    console.log(
      [`${asked.dir} is there. Next:`, `  cd ${asked.dir}`, '  npm install', '  npm run dev'].join(
        '\n',
      ),
    )
    return 0
  } catch (error) {
    console.error(`That did not work: ${(error as Error).message}`)
    return 1
  }
}

function readArguments(): { readonly dir: string; readonly box: string } | undefined {
  try {
    const options = { box: { type: 'string', default: BOX } } as const
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [dir, ...rest] = positionals
    if (dir === undefined || rest.length > 0) throw new Error('FOLDER has to be given')
    return { dir: resolve(process.env.INIT_CWD ?? '', dir), box: values.box }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    return undefined
  }
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

process.exitCode = await main()
