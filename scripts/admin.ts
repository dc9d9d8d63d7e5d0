import { parseArgs } from 'node:util'
import { signResetToken } from '../src/access/box-tokens.ts'
import { type Config, readConfig } from '../src/config.ts'
import { setupLines } from '../src/greeting.ts'
import { inCommandWords } from '../src/system/command-words.ts'
import { announcedIn, askBox, type KnownAddresses, keyOfBox } from './ask-box.ts'

const worded = (text: string) => inCommandWords(text, process.env.BOX_COMMANDS)
const USAGE = `For who forgot the admin password of the box. The box has to run.

usage: npm run admin -- reset

  reset   shows a new link to set the password; the old one is good until then

Exit code 0 if all is well, 1 if not, 2 for wrong usage.`

/** What shows that this program may is good for so long (ms). */
const PROOF_LIFE_MS = 60_000

interface Answer {
  readonly path: string
  readonly addresses: KnownAddresses
}

async function main(): Promise<number> {
  if (!isReset()) {
    console.error(worded(USAGE))
    return 2
  }
  try {
    console.log(await reset(readConfig(process.env)))
    return 0
  } catch (error) {
    console.error(`That did not work: ${(error as Error).message}`)
    return 1
  }
}

function isReset(): boolean {
  try {
    const { positionals } = parseArgs({ allowPositionals: true })
    return positionals.join(' ') === 'reset'
  } catch {
    return false
  }
}

async function reset(config: Config): Promise<string> {
  const { token: proof } = await signResetToken(await keyOfBox(config), Date.now() + PROOF_LIFE_MS)
  const question = { method: 'POST', path: '/setup-link', body: { proof } } as const
  const { path, addresses } = (await askBox(config, question)) as Answer
  return setupLines(announcedIn(addresses), path).join('\n')
}

process.exitCode = await main()
