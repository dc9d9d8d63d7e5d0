import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type AppFolder, type AppFolders, pageFolders } from './app-folders.ts'
import type { AskedHost, AskedHosts } from './asked-hosts.ts'
import type { InternetPackage } from './needs.ts'
import type { AppOrigins } from './origins/app-origins.ts'
import { countPeople, type RunningSession } from './people.ts'
import type { SecureKind } from './secure-needs.ts'
import { BLANK, type Surveys } from './surveys.ts'

/** A list is good for this long (ms), unless apps are deployed or deleted: many may look at it. */
const KEPT_MS = 1000
/** So long a list waits for what is in apps; it says later what takes longer (ms). */
const SURVEYS_MS = 1000

/** An app as its owner sees it; visitors see less (`PublicApp`). Addresses are relative to the box's root. */
export interface ListedApp {
  readonly kind: 'app' | 'demo'
  readonly name: string
  readonly title: string
  /** "": it has none */
  readonly description: string
  /** address of a picture; null: it has none */
  readonly icon: string | null
  /** address of a wide picture for its tile; null: it has none */
  readonly picture: string | null
  readonly url: string
  /** how many are in its sessions */
  readonly people: number
  /** hosts on the internet that it needs, as far as its files tell */
  readonly needs: readonly string[]
  /** what it takes from those of these hosts that have packages */
  readonly packages: readonly InternetPackage[]
  /** what it may need a secure page for; null: that cannot be told */
  readonly secure: readonly SecureKind[] | null
  /** what its owner may want to mend, in sentences */
  readonly notes: readonly string[]
  /** what its pages asked of the internet while people used them */
  readonly asked: readonly AskedHost[]
  /** whether its origin is its own; null: the owner wants no walls between apps */
  readonly origin: 'own' | 'shared' | null
  /** why it shares one nevertheless, as the end of a sentence; "": there is no reason to tell */
  readonly sharesBecause: string
}

export interface AppListParts {
  readonly folders: Pick<AppFolders, 'list'>
  readonly origins: Pick<AppOrigins, 'of'>
  readonly surveys: Surveys
  readonly asked: Pick<AskedHosts, 'of'>
  /** absolute path of the folder that is served at `/` */
  readonly webDir: string
  readonly sessions: () => Iterable<RunningSession>
  /** monotonic ms */
  readonly now: () => number
}

/** All apps and demos. */
export class AppList {
  readonly #parts: AppListParts
  #last: { readonly at: number; readonly apps: Promise<readonly ListedApp[]> } | undefined

  constructor(parts: AppListParts) {
    this.#parts = parts
  }

  /** The apps, then the demos, each by name; at most a second old. */
  get(): Promise<readonly ListedApp[]> {
    const now = this.#parts.now()
    if (!this.#last || now - this.#last.at >= KEPT_MS) {
      const apps = this.#make()
      this.#last = { at: now, apps }
      apps.catch(() => {
        this.#last = undefined
      })
    }
    return this.#last.apps
  }

  /** There are other apps now. */
  forget(): void {
    this.#last = undefined
  }

  async #make(): Promise<readonly ListedApp[]> {
    const { folders, webDir, sessions } = this.#parts
    const [apps, demos] = await Promise.all([folders.list(), pageFolders(join(webDir, 'demos'))])
    await this.#survey([...apps, ...demos])
    const people = countPeople(sessions())
    return [
      ...apps.map((folder) => this.#listed('app', folder, people)),
      ...demos.map((folder) => this.#listed('demo', folder, people)),
    ]
  }

  #originOf(kind: ListedApp['kind'], name: string): Pick<ListedApp, 'origin' | 'sharesBecause'> {
    const { kind: origin, because } = this.#parts.origins.of(name)
    // Demos are the box's own pages.
    if (kind === 'demo' && origin !== undefined) return { origin: 'shared', sharesBecause: '' }
    return { origin: origin ?? null, sharesBecause: because }
  }

  async #survey(folders: readonly AppFolder[]): Promise<void> {
    const enough = new AbortController()
    const all = Promise.all(folders.map((folder) => this.#parts.surveys.of(folder)))
    const limit = delay(SURVEYS_MS, undefined, { signal: enough.signal, ref: false })
    limit.catch(() => {}) // it was not needed
    await Promise.race([all, limit])
    enough.abort()
  }

  #listed(
    kind: ListedApp['kind'],
    folder: AppFolder,
    people: ReadonlyMap<string, number>,
  ): ListedApp {
    const { name } = folder
    const url = `${kind}s/${encodeURIComponent(name)}/`
    const survey = this.#parts.surveys.known(folder) ?? BLANK
    const { title, description, icon, picture, needs, packages, secure, notes } = survey
    return {
      ...{ kind, name, title: title || name, description },
      icon: icon === undefined ? null : addressIn(url, icon),
      picture: picture === undefined ? null : addressIn(url, picture),
      ...{ url, people: people.get(url) ?? 0, needs, packages, secure: secure ?? null, notes },
      asked: kind === 'app' ? this.#parts.asked.of(folder) : [],
      ...this.#originOf(kind, name),
    }
  }
}

function addressIn(url: string, path: string): string {
  if (path.startsWith('data:')) return path
  return url + path.split('/').map(encodeURIComponent).join('/')
}
