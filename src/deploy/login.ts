import { readFile } from 'node:fs/promises'
import type { BoxClient } from './box-client.ts'
import { DeployFailure } from './deploy-failure.ts'

const PASSWORD_SETTINGS = 'BOX_ADMIN_PASSWORD, BOX_ADMIN_PASSWORD_FILE or BOX_ADMIN_TOKEN'

/** By which a person shows that they run a box elsewhere. */
export interface Credentials {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asks the person; undefined: there is nobody to ask. */
  readonly askPassword: (() => Promise<string>) | undefined
}

/**
 * A token for the API of a box on another machine.
 * @throws {DeployFailure} if there is none to be had
 */
export async function tokenFor(
  client: BoxClient,
  { env, askPassword }: Credentials,
): Promise<string> {
  if (env.BOX_ADMIN_TOKEN) return env.BOX_ADMIN_TOKEN
  const password = await givenPassword(env, askPassword)
  const { status, body } = await client.ask({
    ...{ method: 'POST', path: 'login' },
    body: { type: 'json', value: { password } },
  })
  const { token } = (body ?? {}) as { token?: unknown }
  if (status === 200 && typeof token === 'string') return token
  if (status === 401) throw new DeployFailure('the admin password is wrong')
  throw new DeployFailure(`the box lets nobody log in (${status}): ${sentenceIn(body)}`)
}

/** What the box says of why it refuses: `detail` of problem details, or `message`. */
export function sentenceIn(body: unknown): string {
  const { detail, message } = (body ?? {}) as { detail?: unknown; message?: unknown }
  return String(detail ?? message ?? 'it does not say why')
}

async function givenPassword(
  env: Credentials['env'],
  askPassword: Credentials['askPassword'],
): Promise<string> {
  if (env.BOX_ADMIN_PASSWORD) return env.BOX_ADMIN_PASSWORD
  const path = env.BOX_ADMIN_PASSWORD_FILE
  if (path) return readPassword(path)
  if (askPassword) return askPassword()
  throw new DeployFailure(`the box asks for its admin password: set ${PASSWORD_SETTINGS}`)
}

async function readPassword(path: string): Promise<string> {
  try {
    // A line end behind it is the editor's.
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (cause) {
    const reason = (cause as Error).message
    throw new DeployFailure(`BOX_ADMIN_PASSWORD_FILE cannot be read (${reason})`, { cause })
  }
}
