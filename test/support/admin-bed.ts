import { DoorBed } from './door-bed.ts'
import type { Probe, ProbeAnswer } from './http-probe.ts'

export const PASSWORD = 'correct horse battery'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_BODY = { 'content-type': 'application/json' }

type Headers = Readonly<Record<string, string>>

/** Somebody who is logged in with a browser: the cookie, and the key of the page that is open. */
export interface Visitor {
  readonly cookie: string
  readonly pageKey: string
}

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

  ask(asked: Probe, headers: Headers = {}): Promise<ProbeAnswer> {
    return this.door.ask(asked, headers)
  }

  /** Sends a form, as a browser does. */
  submit(path: string, form: Record<string, string>, headers: Headers = {}): Promise<ProbeAnswer> {
    const body = String(new URLSearchParams(form))
    return this.ask({ method: 'POST', path, body, headers: FORM }, headers)
  }

  /** Sets the password by the link that the box shows. */
  async setUp(password = PASSWORD): Promise<Visitor> {
    const path = `/${this.door.box.setupPath}`
    return this.visitorOf(await this.submit(path, { password, again: password }))
  }

  /** Logs in as a person does. */
  async logIn(password = PASSWORD, headers: Headers = {}): Promise<Visitor> {
    return this.visitorOf(await this.submit('/admin/login', { password }, headers), headers)
  }

  /** Opens the dashboard with the cookie that an answer sets. */
  async visitorOf({ headers }: ProbeAnswer, own: Headers = {}): Promise<Visitor> {
    const [, cookie = ''] = /^([^;]+);/.exec(headers['set-cookie']?.at(-1) ?? '') ?? []
    return { cookie, pageKey: await this.pageKey({ ...own, cookie }) }
  }

  /** The key in the page of the dashboard; "" for who is not shown it. */
  async pageKey(headers: Headers): Promise<string> {
    const { body } = await this.ask({ path: '/admin/' }, headers)
    return /name="page-key" content="([^"]*)"/.exec(body)?.[1] ?? ''
  }

  /** Asks as a page of the dashboard does. */
  call(
    { cookie, pageKey }: Visitor,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<ProbeAnswer> {
    return this.callWith({ cookie, 'box-page-key': pageKey }, method, path, body)
  }

  /** Asks as a program does. */
  callBy(token: string, method: string, path: string, body?: unknown): Promise<ProbeAnswer> {
    return this.callWith({ authorization: `Bearer ${token}` }, method, path, body)
  }

  callWith(headers: Headers, method: string, path: string, body?: unknown): Promise<ProbeAnswer> {
    const asked: Probe = { method, path: `/api/v1${path}`, headers }
    if (body === undefined) return this.ask(asked)
    return this.ask({ ...asked, body: JSON.stringify(body) }, JSON_BODY)
  }
}
