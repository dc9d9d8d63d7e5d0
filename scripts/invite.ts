import type { parseArgs } from 'node:util'
import { signAdminToken } from '../src/access/box-tokens.ts'
import type { Invite } from '../src/access/invites.ts'
import { type Config, readConfig } from '../src/config.ts'
import { NOBODY_ELSE } from '../src/greeting.ts'
import { type Announced, shownUrls } from '../src/system/announced-addresses.ts'
import { inCommandWords } from '../src/system/command-words.ts'
import { qrCodeText } from '../src/system/qr-code.ts'
import { runTool } from '../src/system/tool.ts'
import { announcedIn, askBox, type KnownAddresses, keyOfBox } from './ask-box.ts'

const worded = (text: string) => inCommandWords(text, process.env.BOX_COMMANDS)
const DEFAULT_HOURS = '24'
const USAGE = `Makes links that let people into the box, while it runs.

usage: npm run invite -- [--role ROLE] [--hours N] [--label TEXT] [--app ID] [--session ID]
                         [--persistent-id ID]
       npm run invite -- --list
       npm run invite -- --revoke ID

  --role ROLE   participant (the default); viewer: only watches; monitor: sees what an
                admin sees, too; admin: runs the box
  --hours N     how long the link is good; ${DEFAULT_HOURS} if not given
  --label TEXT  what you call it, to know it again
  --app ID      the only app that it is good for, by its appId
  --session ID  the only session that it is good for, by its id of 43 characters
  --persistent-id ID
                with --app: under which id that app keeps its data. A link for one
                session can start from that data and store it only with both, or
                once somebody without such a link has joined
  --list        shows all links that are good
  --revoke ID   ends a link; who came in by it is out
  --help        this text

example: npm run invite -- --role viewer --hours 48

Exit code 0 if all is well, 1 if not, 2 for wrong usage.`

/** The token that this program makes itself is good for so long (ms). */
const TOKEN_LIFE_MS = 60_000
const WHO = 'scripts/invite.ts on the machine of the box'

type Made = Invite & { readonly url: string }

interface Order {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** behind `/api/v1` */
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  readonly report: (
    answer: unknown,
    addresses: () => Promise<Announced>,
  ) => string | Promise<string>
}

const text = { type: 'string' } as const
const CONFIG = {
  options: {
    ...{ app: text, session: text, 'persistent-id': text, label: text, revoke: text },
    role: { type: 'string', default: 'participant' },
    hours: { type: 'string', default: DEFAULT_HOURS },
    list: { type: 'boolean', default: false },
  },
} as const

function orderIn(values: ReturnType<typeof parseArgs<typeof CONFIG>>['values']): Order {
  if (values.list) return { method: 'GET', path: '/invites', report: listReport }
  if (values.revoke !== undefined) {
    const path = `/invites/${encodeURIComponent(values.revoke)}`
    return { method: 'DELETE', path, report: revokedReport }
  }
  const { role, app: appId, session: sessionId, label } = values
  const persistentId = values['persistent-id']
  const body = { role, hours: Number(values.hours), appId, persistentId, sessionId, label }
  return { method: 'POST', path: '/invites', body, report: madeReport }
}

async function ask(
  config: Config,
  { method, path, body }: Pick<Order, 'method' | 'path' | 'body'>,
): Promise<unknown> {
  const key = await keyOfBox(config)
  const { token } = await signAdminToken(key, WHO, Date.now() + TOKEN_LIFE_MS)
  return askBox(config, { method, path, token, ...(body && { body }) })
}

async function madeReport(answer: unknown, addresses: () => Promise<Announced>): Promise<string> {
  const made = answer as Made
  const path = new URL(made.url).pathname
  const announced = await addresses()
  const links = shownUrls(announced).urls.map((address) => new URL(path, address).href)
  return [
    `Whoever opens this link is let in as ${made.role} until ${made.expiresAt}:`,
    ...links.map((link) => `  ${link}`),
    ...(announced.lonely ? NOBODY_ELSE[announced.lonely] : [qrCodeText(links[0] ?? '')]),
    worded(`To end it: npm run invite -- --revoke ${made.id}`),
  ].join('\n')
}

function listReport(answer: unknown): string {
  const invites = answer as readonly Invite[]
  if (invites.length === 0) return 'There are no links that are good.'
  return invites.map(inviteLine).join('\n')
}

function revokedReport(answer: unknown): string {
  return `Revoked: ${inviteLine(answer as Invite)}`
}

function inviteLine({
  id,
  role,
  expiresAt,
  appId,
  persistentId,
  sessionId,
  label,
}: Invite): string {
  const scope = [
    appId && `app ${appId}`,
    persistentId && `data ${persistentId}`,
    sessionId && `session ${sessionId}`,
  ].filter(Boolean)
  return [`${id}  ${role}  until ${expiresAt}`, ...scope, label]
    .filter((part) => part !== '')
    .join('  ')
}

process.exitCode = await runTool(process, {
  ...{ name: 'invite', usage: USAGE, config: CONFIG },
  run: async ({ values }) => {
    const order = orderIn(values)
    const config = readConfig(process.env)
    const answer = await ask(config, order)
    const addresses = async () => {
      const found = await ask(config, { method: 'GET', path: '/addresses' })
      return announcedIn(found as KnownAddresses)
    }
    console.log(await order.report(answer, addresses))
    return 0
  },
})
