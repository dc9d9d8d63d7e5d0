import { DoorBed } from './door-bed.ts'
import type { Probe, ProbeAnswer } from './http-probe.ts'

export const PASSWORD = 'correct horse battery'
const JSON_BODY = { 'content-type': 'application/json' }

type Headers = Readonly<Record<string, string>>

/** A box, and those who run it. */
export class AdminBed {
  readonly door: DoorBed

  private constructor(door: DoorBed) {
    this.door = door
  }

  static async start(env: Record<string, string> = {}): Promise<AdminBed> {
    return new AdminBed(await DoorBed.start(env))
  }

  /** One whose password is `PASSWORD`, which takes no time to check. */
  static startWithPassword(env: Record<string, string> = {}): Promise<AdminBed> {
    return AdminBed.start({ BOX_ADMIN_PASSWORD: PASSWORD, ...env })
  }

  /** Another box on the same folder. */
  async restart(env: Record<string, string> = {}): Promise<AdminBed> {
    return new AdminBed(await this.door.restart(env))
  }

  stop(): Promise<void> {
    return this.door.stop()
  }

  /** Asks at the dashboard's origin. */
  ask(asked: Probe, headers: Headers = {}): Promise<ProbeAnswer> {
    return this.door.askAdmin(asked, headers)
  }

  /** The code of the link that the box shows. */
  get setupCode(): string {
    return this.door.box.setupPath?.split('/').at(-1) ?? ''
  }

  trySetUp(password = PASSWORD, code = this.setupCode, headers: Headers = {}) {
    return this.callWith(headers, 'POST', '/setup', { code, password })
  }

  /** Sets the password by the link that the box shows. @returns the token of the login */
  async setUp(password = PASSWORD): Promise<string> {
    return tokenIn(await this.trySetUp(password))
  }

  tryLogIn(password = PASSWORD, headers: Headers = {}): Promise<ProbeAnswer> {
    return this.callWith(headers, 'POST', '/login', { password, kind: 'browser' })
  }

  /** Logs in as the login page does. @returns the token */
  async logIn(password = PASSWORD, headers: Headers = {}): Promise<string> {
    return tokenIn(await this.tryLogIn(password, headers))
  }

  /** Asks as programs and pages of the dashboard do. */
  callBy(token: string, method: string, path: string, body?: unknown): Promise<ProbeAnswer> {
    return this.callWith({ authorization: `Bearer ${token}` }, method, path, body)
  }

  callWith(headers: Headers, method: string, path: string, body?: unknown): Promise<ProbeAnswer> {
    const asked: Probe = { method, path: `/api/v1${path}`, headers }
    if (body === undefined) return this.ask(asked)
    return this.ask({ ...asked, body: JSON.stringify(body) }, JSON_BODY)
  }
}

function tokenIn({ status, body }: ProbeAnswer): string {
  const { token = '' } = JSON.parse(body) as { token?: string }
  if (token === '') throw new Error(`no login: ${status} ${body}`)
  return token
}
