import { closePage, type WatchedPage } from '../support/browser.ts'
import { ChunkReader } from '../support/chunk-reader.ts'
import type { Frame, SyncArgs } from '../support/wire.ts'
import { AppHandle, type JoinOptions } from './app-handle.ts'

/** What `app/app.js` puts on its page. */
declare const app: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

/** One person with the test app open in a browser. */
export class AppPage extends AppHandle {
  readonly #watched: WatchedPage

  constructor(watched: WatchedPage) {
    super()
    this.#watched = watched
  }

  get requests(): readonly string[] {
    return this.#watched.requests
  }

  get errors(): readonly string[] {
    return this.#watched.errors
  }

  /** The text of every web-socket frame that this client sent. */
  get sentFrames(): readonly string[] {
    return this.#watched.sentFrames
  }

  /** What each SYNC held, oldest first. */
  get syncs(): readonly SyncArgs[] {
    const chunks = new ChunkReader()
    return this.#watched.frames
      .map((text) => chunks.read(text))
      .filter((text) => text !== undefined)
      .map((text) => JSON.parse(text) as Frame)
      .filter(({ action }) => action === 'SYNC')
      .map(({ args }) => args as SyncArgs)
  }

  /** Begins to join and resolves at once: a client that is refused never ends to join. */
  async beginJoin(options: JoinOptions): Promise<void> {
    await this.#watched.page.evaluate((given) => void app.join?.(given), options)
  }

  /** What the client shows to its user, for a few seconds. */
  async toasts(): Promise<string> {
    return (await this.#watched.page.textContent('body')) ?? ''
  }

  /** Whether something on the page matches. */
  async hasElement(selector: string): Promise<boolean> {
    return (await this.#watched.page.locator(selector).count()) > 0
  }

  close(): Promise<void> {
    return closePage(this.#watched)
  }

  protected call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#watched.page.evaluate(([name, values]) => app[name]?.(...values), [
      method,
      args,
    ] as const)
  }
}
