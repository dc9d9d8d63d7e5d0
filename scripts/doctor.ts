import type { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../src/config.ts'
import { type Address, addressOf } from '../src/doctor/address.ts'
import { examineBox } from '../src/doctor/examine-box.ts'
import { examineRemote } from '../src/doctor/examine-remote.ts'
import { problem, type Section } from '../src/doctor/finding.ts'
import { isWell, jsonOf, textOf } from '../src/doctor/report.ts'
import { stepLine } from '../src/doctor/step-line.ts'
import { inCommandWords } from '../src/system/command-words.ts'
import { runTool, WrongUsage } from '../src/system/tool.ts'

const worded = (text: string) => inCommandWords(text, process.env.BOX_COMMANDS)
const DEFAULT_MEGABYTES = '4'
const USAGE = `Says whether a box works for those who are to use it, and what to do where it does not.

usage: npm run doctor -- [--json] [--megabytes N]
       npm run doctor -- [--json] [--megabytes N] URL

  URL            a box by its address, as it looks from here; without it, the box of this
                 machine, running or not, with the settings that it has
  --json         for programs
  --megabytes N  size of the file that goes to the box and back; ${DEFAULT_MEGABYTES} if not given
  --help         this text

example: npm run doctor -- https://192.168.1.20/

It leaves a session named "doctor" for each address, and for a day the file.
Exit code 0 if there is no problem, 1 if there is one, 2 for wrong usage.`

const BYTES_PER_MB = 1_000_000
/** What stands in front of the box in its container, where its addresses lead nowhere; comma-separated. And of its dashboard. */
const { DOCTOR_FRONTS = '', DOCTOR_ADMIN_FRONT } = process.env

interface Order {
  readonly isJson: boolean
  readonly bytes: number
  /** undefined: the box of this machine */
  readonly address: Address | undefined
}

const CONFIG = {
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: DEFAULT_MEGABYTES },
  },
} as const

async function run({ values, positionals }: ReturnType<typeof parseArgs<typeof CONFIG>>) {
  const order = orderIn(values, positionals)
  const line = stepLine(process.stderr)
  const sections = await examine(order, line.show)
  line.end()
  const isPlain = !process.stdout.isTTY || process.env.NO_COLOR !== undefined
  const columns = isPlain ? undefined : process.stdout.columns
  console.log(worded(order.isJson ? jsonOf(sections) : textOf(sections, columns)))
  return isWell(sections) ? 0 : 1
}

function orderIn(
  values: { readonly json: boolean; readonly megabytes: string },
  [url, ...rest]: readonly string[],
): Order {
  const megabytes = Number(values.megabytes)
  if (rest.length > 0) throw new WrongUsage('one URL at most can be given')
  if (!(megabytes >= 1 && megabytes <= 1000)) throw new WrongUsage('--megabytes is from 1 to 1000')
  const address = url === undefined ? undefined : addressIn(url)
  return { isJson: values.json, bytes: megabytes * BYTES_PER_MB, address }
}

function addressIn(url: string): Address {
  if (/^https?:\/\/./.test(url) && URL.canParse(url)) return addressOf(url)
  throw new WrongUsage(`"${url}" is no full address, like https://192.168.1.20/`)
}

async function examine(
  { address, bytes }: Order,
  onStep: (what: string) => void,
): Promise<readonly Section[]> {
  if (address) return examineRemote({ address, bytes, onStep })
  const fronts = DOCTOR_FRONTS.split(',').filter((url) => url !== '')
  try {
    const config = readConfig(process.env)
    return await examineBox({
      ...{ config, bytes, onStep, hostnames: config.hostnames },
      fronts: fronts.map((url) => new URL(url)),
      adminFront: DOCTOR_ADMIN_FRONT ? new URL(DOCTOR_ADMIN_FRONT) : undefined,
    })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const advice = 'Mend it; docs/settings.md lists all settings. The box does not start before.'
    return [
      {
        title: 'Settings',
        findings: error.problems.map((text) => problem('settings', text, advice)),
      },
    ]
  }
}

const exitCode = await runTool(process, { name: 'doctor', usage: USAGE, config: CONFIG, run })
// A name server or a drive that still does not answer is waited for no longer.
process.stdout.write('', () => process.exit(exitCode))
