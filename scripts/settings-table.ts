import { DOCKER_SETTINGS, OUTSIDE_DOCKER, SETTINGS } from '../src/settings.ts'

const BEGIN = '<!-- settings: made by `npm run docs` -->\n'
const END = '<!-- end of settings -->'

/** docs/settings.md with its table as settings.ts has it. */
export function withSettingsTable(document: string): string {
  const [before, rest] = document.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined)
    throw new Error('docs/settings.md has no place for it')
  const rows = Object.values(SETTINGS).map(
    (setting) => `| \`${setting.env}\` | \`${setting.default}\` | ${setting.help} |\n`,
  )
  const table = `| variable | default | meaning |\n|---|---|---|\n${rows.join('')}`
  return `${before}${BEGIN}${table}${END}${after}`
}

/** Columns of `.env.example`. */
const WIDTH = 100
/** What most boxes need, if anything. */
const LIKELY = ['BOX_HOSTNAMES', 'BOX_ACCESS', 'BOX_PASSPHRASE', 'BOX_ADMIN_PASSWORD', 'BOX_TLS']
const HEAD = `# Settings of the box. Copy this file to ".env", take the # away in front of those that you need,
# and start the box again: "npm start", or with Docker "docker compose up -d".
# A value with a $ in it has to be in single quotes. Without Docker, a variable of the environment
# counts more than this file. Made from src/settings.ts by "npm run docs".
`

interface Line {
  readonly env: string
  readonly default: string
  readonly help: string
}

/** The file `.env.example`: all settings, none of them set. */
export function envExample(): string {
  const all: readonly Line[] = Object.values(SETTINGS)
  const settings = all.filter(({ env }) => env !== SETTINGS.envFile.env)
  const isLikely = ({ env }: Line) => LIKELY.includes(env)
  const isOutside = ({ env }: Line) => OUTSIDE_DOCKER.includes(env)
  const others = settings.filter((each) => !isLikely(each) && !isOutside(each))
  return [
    HEAD,
    part('What most boxes need, if anything', settings.filter(isLikely)),
    part('With Docker only', DOCKER_SETTINGS),
    part(
      'Without Docker only: in the container they are what they have to be',
      settings.filter(isOutside),
    ),
    part('All others', others),
  ].join('\n')
}

function part(title: string, settings: readonly Line[]): string {
  return [`# ---- ${title}\n`, ...settings.map(entry)].join('\n')
}

function entry({ env, default: usual, help }: Line): string {
  return `${wrapped(help)}\n#${env}=${usual}\n`
}

function wrapped(text: string): string {
  const lines = ['#']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`
    if (longer.length > WIDTH) lines.push(`# ${word}`)
    else lines.splice(-1, 1, longer)
  }
  return lines.join('\n')
}
