import { signResetToken } from '../src/access/box-tokens.ts'
import { type Config, readConfig } from '../src/config.ts'
import { setupLines } from '../src/greeting.ts'
import { runTool, WrongUsage } from '../src/system/tool.ts'
import { announcedIn, askBox, type KnownAddresses, keyOfBox } from './ask-box.ts'

const USAGE = `Shows a new link to set the admin password of the box, for who forgot it. The box has to run.

usage: npm run admin -- reset

  reset   shows the link; the password is good until another one is set
  --help  this text

example: npm run admin -- reset

Exit code 0 if all is well, 1 if not, 2 for wrong usage.`

/** What shows that this program may is good for so long (ms). */
const PROOF_LIFE_MS = 60_000

interface Answer {
  readonly path: string
  readonly addresses: KnownAddresses
}

async function reset(config: Config): Promise<string> {
  const { token: proof } = await signResetToken(await keyOfBox(config), Date.now() + PROOF_LIFE_MS)
  const question = { method: 'POST', path: '/setup-link', body: { proof } } as const
  const { path, addresses } = (await askBox(config, question)) as Answer
  return setupLines(announcedIn(addresses), path).join('\n')
}

process.exitCode = await runTool(process, {
  ...{ name: 'admin', usage: USAGE, config: { allowPositionals: true } as const },
  run: async ({ positionals }) => {
    if (positionals.join(' ') !== 'reset') throw new WrongUsage('"reset" has to be given')
    console.log(await reset(readConfig(process.env)))
    return 0
  },
})
