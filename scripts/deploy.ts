import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { parseArgs } from 'node:util'
import { signAdminToken } from '../src/access/box-tokens.ts'
import { readKey } from '../src/access/key-file.ts'
import { ACCESS_NAME } from '../src/backup/box-folder.ts'
import { counted, progressDisplay, sizeText } from '../src/backup/progress-display.ts'
import { readConfig } from '../src/config.ts'
import { findApi } from '../src/deploy/api-place.ts'
import { type AppForm, appForm } from '../src/deploy/app-form.ts'
import { readAuthority } from '../src/deploy/authority-file.ts'
import { BoxClient, type Call } from '../src/deploy/box-client.ts'
import { DeployFailure } from '../src/deploy/deploy-failure.ts'
import { sentenceIn, tokenFor } from '../src/deploy/login.ts'
import { passwordPrompt } from '../src/deploy/password-prompt.ts'
import { ownUrl } from '../src/system/addresses.ts'
import { type Announced, shownUrls } from '../src/system/announced-addresses.ts'
import { inCommandWords } from '../src/system/command-words.ts'
import { pipeHint, runTool, typedPath, WrongUsage } from '../src/system/tool.ts'

const worded = (text: string) => inCommandWords(text, process.env.BOX_COMMANDS)
const REST = `  NAME           of the app, which is then at /apps/NAME/: small letters, digits, hyphens
  --as-is        deploys it though it seems that it has to be built first
  --rollback     makes the release before the active one active again, or that of --release
  --list         shows all apps and their releases`
const CODES = 'Exit code 0 if all is well, 1 if not, 2 for wrong usage.'
const USAGE = `Puts an app on the box, for everybody at once.

usage: npm run deploy -- SOURCE NAME [--as-is] [--box URL] [--ca FILE]
       npm run deploy -- --rollback NAME [--release ID] [--box URL] [--ca FILE]
       npm run deploy -- --list [--box URL] [--ca FILE]

  SOURCE         a folder with an index.html, or a .zip, .tar, .tar.gz or .tgz of one;
                 "-" is such an archive from standard input
${REST}
  --box URL      a box elsewhere, or in Docker; without it, the box of this folder. Its
                 admin password is asked for, unless it is in BOX_ADMIN_PASSWORD or in the
                 file BOX_ADMIN_PASSWORD_FILE, or a token in BOX_ADMIN_TOKEN
  --ca FILE      the certificate authority of that box, as its page /trust offers it
  --help         this text

example: npm run deploy -- ./dist garden

${CODES}`
const CONTAINER_USAGE = `Puts an app on the box, for everybody at once.

usage: npm run deploy -- - NAME [--as-is] < ARCHIVE
       npm run deploy -- --rollback NAME [--release ID]
       npm run deploy -- --list

  ARCHIVE        a .zip, .tar, .tar.gz or .tgz of a folder with an index.html, on the
                 machine around the container
${REST}
  --help         this text

example: npm run deploy -- - garden < garden.zip

${CODES}`

/** The token that this program makes itself is good for so long: a slow upload of a large app (ms). */
const TOKEN_LIFE_MS = 3_600_000
const WHO = 'scripts/deploy.ts on the machine of the box'
/** Of the person who deploys, not of the box. */
const OWN_SETTINGS = ['BOX_ADMIN_TOKEN', 'BOX_ADMIN_PASSWORD', 'BOX_ADMIN_PASSWORD_FILE']
const MOST_LEFT_OUT = 10
const STANDARD_INPUT = '-'
/** What the box answers to sources. */
const NOT_BUILT = 422

interface Place {
  readonly url: string
  readonly origin: 'own' | 'shared' | null
  readonly sharesBecause: string
}
interface Release {
  readonly id: string
  readonly bytes: number
  readonly files: number
  readonly by: string
}
interface App extends Place {
  readonly name: string
  readonly title: string
  readonly active: string
  readonly releases: readonly Release[]
}
interface Deployed extends Place {
  readonly app: string
  readonly release: string
  readonly files: number
  readonly bytes: number
  readonly skipped: readonly string[]
}

/** A box that can be asked for changes. */
interface Reached {
  ask<T>(call: Omit<Call, 'token'>): Promise<T>
  /** Where people open an app. */
  addresses(place: Place): readonly string[]
}

type Order = (box: Reached) => Promise<string>

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const CONFIG = {
  options: { box: text, ca: text, release: text, rollback: text, list: flag, 'as-is': flag },
  allowPositionals: true,
} as const

function orderIn({ values, positionals }: ReturnType<typeof parseArgs<typeof CONFIG>>): Order {
  const { rollback, release, list, 'as-is': isAsItIs } = values
  const [source, name, ...rest] = positionals
  if (list && positionals.length === 0) return listApps
  if (rollback !== undefined && positionals.length === 0) {
    return (box) => rollBack(box, rollback, release)
  }
  if (source === undefined || name === undefined || rest.length > 0) {
    throw new WrongUsage('SOURCE and NAME have to be given, and nothing else')
  }
  if (source === STANDARD_INPUT) return (box) => deploy(box, undefined, name, isAsItIs)
  const path = typedPath(source, process.env)
  if (!existsSync(path)) {
    const hint = pipeHint('deploy', process.env) || ': check its name'
    throw new DeployFailure(`there is no folder or file ${source}${hint}`)
  }
  return (box) => deploy(box, path, name, isAsItIs)
}

async function reach(box: string | undefined, ca: string | undefined): Promise<Reached> {
  const authority = ca === undefined ? undefined : await readAuthority(typedPath(ca, process.env))
  const { client, token, addresses } =
    box === undefined ? await ownBox() : await boxElsewhere(boxUrl(box), authority)
  return {
    addresses,
    ask: async <T>(call: Omit<Call, 'token'>) => {
      const { status, body } = await client.ask({ ...call, token })
      if (status >= 200 && status < 300) return body as T
      const isNotBuilt = status === NOT_BUILT
      throw new DeployFailure(
        sentenceIn(body) + (isNotBuilt ? '. To deploy it all the same, add --as-is' : ''),
      )
    },
  }
}

function boxUrl(text: string): URL {
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new DeployFailure(`${text} is no address of a box: it is like https://box.local/`)
}

async function boxElsewhere(box: URL, authority: string | undefined) {
  const client = new BoxClient({ box: await findApi(box, authority), authority })
  const askPassword = passwordPrompt(process.stdin, process.stderr)
  const token = await tokenFor(client, { env: process.env, askPassword })
  return { client, token, addresses: ({ url }: Place) => [url] }
}

/** Whoever can read the key may do everything. */
async function ownBox() {
  const env = Object.entries(process.env).filter(([name]) => !OWN_SETTINGS.includes(name))
  const config = readConfig(Object.fromEntries(env))
  const { filesDir, host, adminPort } = config
  const key = await readKey(join(resolve(filesDir), ACCESS_NAME))
  if (!key) {
    throw new DeployFailure(
      `there is no key of a box in ${filesDir}: start the box first, set BOX_FILES_DIR, or name a box elsewhere or in Docker: --box http://localhost/`,
    )
  }
  const { token } = await signAdminToken(key, WHO, Date.now() + TOKEN_LIFE_MS)
  const own = ownUrl(host, adminPort)
  const client = new BoxClient({ box: new URL(own), authority: undefined })
  const { status, body } = await client.ask({ method: 'GET', path: 'addresses', token })
  if (status !== 200) throw new DeployFailure(sentenceIn(body))
  const { urls } = shownUrls(body as Announced)
  const addresses = (place: Place) => [
    ...new Set(urls.map((base) => addressBelow(base, place, own))),
  ]
  return { client, token, addresses }
}

/**
 * An app at one of the box's addresses: at a host or port of its own, if it has one.
 * @param asked by which the box was asked for the app
 */
function addressBelow(base: string, { url, origin }: Place, asked: string): string {
  const own = new URL(url)
  const address = new URL(own.pathname, base)
  if (origin !== 'own') return address.href
  if (own.hostname === new URL(asked).hostname) address.port = own.port
  else address.hostname = own.hostname
  return address.href
}

async function deploy(
  box: Reached,
  source: string | undefined,
  name: string,
  isAsItIs: boolean,
): Promise<string> {
  const display = progressDisplay(process.stderr, () => performance.now())
  let doneBytes = 0
  let form: AppForm | undefined
  const show = () =>
    display.show({ step: 'sending the app', doneBytes, totalBytes: form?.totalBytes })
  form = await appForm(source, process.stdin, (bytes) => {
    doneBytes += bytes
    show()
  })
  try {
    const deployed = await box.ask<Deployed>({
      ...{
        method: 'POST',
        path: `apps/${encodeURIComponent(name)}${isAsItIs ? '?asIs=true' : ''}`,
      },
      body: { type: 'form', boundary: form.boundary, stream: form.stream },
    })
    display.end()
    return deployedReport(box, deployed, form.leftOut)
  } finally {
    display.end()
  }
}

function deployedReport(box: Reached, deployed: Deployed, leftOut: readonly string[]): string {
  const { app, release, files, bytes, skipped } = deployed
  const left = [...new Set([...leftOut, ...skipped])]
  const more = left.length > MOST_LEFT_OUT ? `, and ${left.length - MOST_LEFT_OUT} more` : ''
  return [
    `${app} is on the box (release ${release}; ${counted(files, 'file')}, ${sizeText(bytes)}):`,
    ...box.addresses(deployed).map((address) => `  ${address}`),
    ...originLines(deployed),
    ...(left.length > 0 ? [`Left out: ${left.slice(0, MOST_LEFT_OUT).join(', ')}${more}`] : []),
    worded(`To go back: npm run deploy -- --rollback ${app}`),
  ].join('\n')
}

/** Nothing, if walls between apps are not asked for. */
function originLines({ origin, sharesBecause }: Place): readonly string[] {
  if (origin === null) return []
  if (origin === 'own') return ['It has an origin of its own.']
  return [`It shares its origin with other apps: ${sharesBecause}`]
}

async function rollBack(box: Reached, name: string, release?: string): Promise<string> {
  const path = `apps/${encodeURIComponent(name)}`
  const { active, releases } = await box.ask<App>({ method: 'GET', path })
  const index = releases.findIndex(({ id }) => id === active)
  const id = release ?? releases[index + 1]?.id
  if (id === undefined) {
    throw new DeployFailure(`${name} has no release before the active one, ${active}`)
  }
  const body = { type: 'json', value: { release: id } } as const
  const app = await box.ask<App>({ method: 'PUT', path: `${path}/active`, body })
  return [`${name} is at release ${id} now:`, ...box.addresses(app).map((a) => `  ${a}`)].join('\n')
}

async function listApps(box: Reached): Promise<string> {
  const apps = await box.ask<readonly App[]>({ method: 'GET', path: 'apps' })
  if (apps.length === 0) return 'There are no apps on the box that were deployed.'
  return apps
    .flatMap(({ name, title, active, releases, ...place }) => [
      [name, title === name ? '' : title, ...box.addresses(place)].filter(Boolean).join('  '),
      ...releases.map(({ id, files, bytes, by }) =>
        [id === active ? '* ' : '  ', id, counted(files, 'file'), sizeText(bytes), by].join('  '),
      ),
    ])
    .join('\n')
}

process.exitCode = await runTool(process, {
  ...{ name: 'deploy', usage: USAGE, containerUsage: CONTAINER_USAGE, config: CONFIG },
  run: async (asked) => {
    const order = orderIn(asked)
    console.log(await order(await reach(asked.values.box, asked.values.ca)))
    return 0
  },
})
