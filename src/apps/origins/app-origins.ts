import type { HostedApp } from '../releases/hosted-apps.ts'
import { isHostLabel, isInRange, labelIn, type OriginRule } from './origin-rule.ts'

/** What an app's origin is, in the words of lists. */
export interface AppOrigin {
  /** undefined: the owner wants no walls between apps, so there is nothing to say */
  readonly kind: 'own' | 'shared' | undefined
  /** why it shares one nevertheless, as the end of a sentence; "" if there is no reason to tell */
  readonly because: string
}

/** A port on which requests for an app come in. */
export interface OpenPort {
  close(): Promise<void>
}

export interface AppOriginsParts {
  readonly rule: OriginRule
  readonly apps: {
    open(): Promise<void>
    list(): readonly HostedApp[]
    find(name: string): HostedApp | undefined
    onChange(listener: (name: string) => void): () => void
  }
  /** @throws {Error} whose message says why it cannot be had, and what to do */
  readonly openPort: (port: number) => Promise<OpenPort>
  readonly log: { readonly warn: (fields: object, text: string) => void }
}

/** No app can be called so. */
const NO_APP = ''
const UNKNOWN: AppOrigin = { kind: undefined, because: '' }
const OWN: AppOrigin = { kind: 'own', because: '' }
const BY_HAND = 'it lies in web/apps, and only apps that were deployed get a port'

/**
 * Which hosted app has an origin of its own, and where. By ports: each deployed app keeps one in its `app.json`. By names:
 * nothing has to be kept. Whatever cannot have one shares the box's origin with others.
 */
export class AppOrigins {
  readonly #parts: AppOriginsParts
  /** by app; what failed says why */
  readonly #open = new Map<string, PortOfApp>()
  #started: Promise<void> | undefined
  #underWay: Promise<void> = Promise.resolve()
  #stopListening = () => {}

  constructor(parts: AppOriginsParts) {
    this.#parts = parts
  }

  /** Whether apps are to have origins of their own. */
  get areWanted(): boolean {
    return this.#parts.rule.kind !== 'shared'
  }

  /**
   * Opens the store of apps, the ports of all of them, and from now on those of others that are deployed. Those that cannot
   * be had are noted. May be called twice.
   */
  start(): Promise<void> {
    this.#started ??= this.#start()
    return this.#started
  }

  async #start(): Promise<void> {
    const { rule, apps } = this.#parts
    await apps.open()
    if (rule.kind !== 'ports') return
    for (const { name } of apps.list()) this.#follow(name)
    this.#stopListening = apps.onChange((name) => this.#follow(name))
    await this.settled()
  }

  /** Resolves when each app that was deployed until now has its origin. */
  settled(): Promise<void> {
    return this.#underWay
  }

  async close(): Promise<void> {
    this.#stopListening()
    await this.settled()
    await Promise.all([...this.#open.values()].map(({ opened }) => opened?.close()))
  }

  /** What is to be told of an app's origin. */
  of(name: string): AppOrigin {
    const { rule, apps } = this.#parts
    switch (rule.kind) {
      case 'shared':
        return UNKNOWN
      case 'names':
        return isHostLabel(name) ? OWN : shared(`its name, ${name}, cannot be part of a host name`)
      case 'ports': {
        const app = apps.find(name)
        if (!app) return shared(BY_HAND)
        const because =
          app.port === undefined ? noneLeft(rule.ports) : this.#open.get(name)?.failure
        return because === undefined ? OWN : shared(because)
      }
    }
  }

  /**
   * Where an app is, if it has an origin of its own; ends with a slash.
   * @param publicUrl by which a client has asked at the origin that apps share
   */
  urlOf(name: string, publicUrl: string): string | undefined {
    const { rule, apps } = this.#parts
    if (this.of(name).kind !== 'own') return undefined
    const { protocol, hostname, port } = new URL(publicUrl)
    if (rule.kind === 'ports') return `${protocol}//${hostname}:${apps.find(name)?.port}/`
    if (rule.kind !== 'names') return undefined
    // For others than the box's own machine that would be their own one.
    if (rule.domain === 'localhost' && !isOwnMachine(hostname)) return undefined
    return `${protocol}//${name}.${rule.domain}${port && `:${port}`}/`
  }

  /**
   * The app whose own origin was asked; "" if it is one of none; undefined: it is the origin that apps share.
   * @param localPort on which the request came; behind a proxy it is that of the box
   * @param publicUrl by which the client asked
   */
  appAt(localPort: number | undefined, publicUrl: string): string | undefined {
    const { rule, apps } = this.#parts
    if (rule.kind === 'names') {
      const { hostname } = new URL(publicUrl)
      const label = labelIn(rule.domain, hostname.replace(/\.$/, ''))
      return label === undefined || isHostLabel(label) ? label : NO_APP
    }
    const port = this.portOf(localPort, publicUrl)
    if (port === undefined) return undefined
    return apps.list().find((app) => app.port === port)?.name ?? NO_APP
  }

  /**
   * Whether a page is at an app's own origin of this box.
   * @param origin of the page, as its browser says
   * @param publicUrl by which it asks where apps would share an origin
   */
  isOfApp(origin: string, publicUrl: string): boolean {
    const { rule } = this.#parts
    const page = URL.parse(origin)
    if (!page || rule.kind === 'shared') return false
    if (this.appAt(undefined, publicUrl) !== undefined || !this.appAt(undefined, origin))
      return false
    return rule.kind === 'names' || page.hostname === new URL(publicUrl).hostname
  }

  /** The port of an own origin by which a client came; undefined: it is none. */
  portOf(localPort: number | undefined, publicUrl: string): number | undefined {
    const { rule } = this.#parts
    if (rule.kind !== 'ports') return undefined
    const asked = [localPort, Number(new URL(publicUrl).port)]
    return asked.find((port) => port !== undefined && isInRange(rule.ports, port))
  }

  /** Has the port that is open for an app be the one that it has now. */
  #follow(name: string): void {
    const app = this.#parts.apps.find(name)
    const before = this.#open.get(name)
    if (app && app.port === undefined) this.#noteNone(name)
    if (before?.failure === undefined && before?.port === app?.port) return
    const next: PortOfApp | undefined = app?.port === undefined ? undefined : { port: app.port }
    if (next) this.#open.set(name, next)
    else this.#open.delete(name)
    this.#underWay = this.#underWay.then(async () => {
      await before?.opened?.close()
      if (next) await this.#openFor(name, next)
    })
  }

  async #openFor(name: string, place: PortOfApp): Promise<void> {
    try {
      place.opened = await this.#parts.openPort(place.port)
    } catch (error) {
      place.failure = (error as Error).message
      const fields = { scope: 'process', event: 'app-origin-failed', app: name, port: place.port }
      this.#parts.log.warn(
        { ...fields, reason: place.failure },
        'an app shares the origin of others: its own port cannot be had',
      )
    }
  }

  #noteNone(name: string): void {
    const { rule, log } = this.#parts
    if (rule.kind !== 'ports') return
    const fields = { scope: 'process', event: 'app-origin-failed', app: name }
    log.warn(
      { ...fields, reason: noneLeft(rule.ports) },
      'an app shares the origin of others: there is no port left for it',
    )
  }
}

interface PortOfApp {
  readonly port: number
  opened?: OpenPort
  failure?: string
}

function shared(because: string): AppOrigin {
  return { kind: 'shared', because }
}

function noneLeft({ first, last }: { readonly first: number; readonly last: number }): string {
  return `no port is left in BOX_APP_ORIGINS=${first}-${last}: delete an app, or set a wider range and start the box again`
}

function isOwnMachine(hostname: string): boolean {
  return /^(?:.+\.)?localhost$|^127(?:\.\d{1,3}){3}$|^\[::1\]$/.test(hostname)
}
