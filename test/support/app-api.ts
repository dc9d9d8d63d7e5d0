import { join } from 'node:path'
import { signAdminToken } from '../../src/access/box-tokens.ts'
import { readKey } from '../../src/access/key-file.ts'

const LIFE_MS = 3_600_000

/** What the API says of an app. */
export interface KnownApp {
  readonly name: string
  readonly active: string
  readonly releases: ReadonlyArray<{ readonly id: string }>
}

/** A token with the role admin, as programs on the machine of the box make it. @param filesDir of that box */
export async function adminToken(filesDir: string): Promise<string> {
  const key = await readKey(join(filesDir, 'access'))
  if (!key) throw new Error('the box has no key')
  return (await signAdminToken(key, 'a test', Date.now() + LIFE_MS)).token
}

/** All that the owner of a box is told of one of its apps; undefined: it has none of that name. @param filesDir of that box */
export async function shownApp(
  adminUrl: string,
  filesDir: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  const headers = { authorization: `Bearer ${await adminToken(filesDir)}` }
  const answer = await fetch(`${adminUrl}/api/v1/shown-apps`, { headers })
  const { apps } = (await answer.json()) as { apps: ReadonlyArray<Record<string, unknown>> }
  return apps.find((app) => app.name === name)
}

/** Asks the API of a box about its apps. */
export class AppApi {
  readonly #url: string
  readonly #token: string

  private constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  static async of(url: string, filesDir: string): Promise<AppApi> {
    return new AppApi(url, await adminToken(filesDir))
  }

  /** Deploys an archive. */
  deploy(name: string, archive: Buffer, fileName = 'app.zip'): Promise<Response> {
    const form = new FormData()
    form.append('archive', new File([new Uint8Array(archive)], fileName))
    return this.#fetch(`/${name}`, { method: 'POST', body: form })
  }

  async list(): Promise<readonly KnownApp[]> {
    return (await (await this.#fetch('')).json()) as readonly KnownApp[]
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` }
    return fetch(`${this.#url}/api/v1/apps${path}`, { ...init, headers })
  }
}
