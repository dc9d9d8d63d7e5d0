import { join, resolve } from 'node:path'
import { readKey } from '../src/access/key-file.ts'
import { ACCESS_NAME } from '../src/backup/box-folder.ts'
import type { Config } from '../src/config.ts'
import { ownUrl } from '../src/system/addresses.ts'
import type { Announced } from '../src/system/announced-addresses.ts'

/** What a program asks the box that runs on this machine. */
export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** behind `/api/v1` */
  readonly path: string
  readonly token?: string
  readonly body?: Readonly<Record<string, unknown>>
}

/** @throws {Error} in words for the person who runs the program, if the box does not do it */
export async function askBox(config: Config, question: Question): Promise<unknown> {
  const { method, path, token, body } = question
  const url = `${ownUrl(config.host, config.adminPort)}/api/v1${path}`
  const response = await request(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error((answer as { detail: string }).detail)
  return answer
}

/** As the API answers. */
export type KnownAddresses = Omit<Announced, 'lonely'> & {
  readonly lonely: Announced['lonely'] | null
}

/** The addresses that lead to the box, as the API tells them: the box knows some that no setting has. */
export function announcedIn({ lonely, ...addresses }: KnownAddresses): Announced {
  return { ...addresses, lonely: lonely ?? undefined }
}

/** The key of the box, by which a program on its machine shows that it may. */
export async function keyOfBox({ filesDir }: Config): Promise<Uint8Array> {
  const key = await readKey(join(resolve(filesDir), ACCESS_NAME))
  if (key) return key
  throw new Error(
    `there is no key of a box in ${filesDir}: start the box first, or set BOX_FILES_DIR`,
  )
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    throw new Error(
      `no box answers at ${new URL(url).origin}: start it first, or set BOX_ADMIN_PORT`,
      {
        cause,
      },
    )
  }
}
