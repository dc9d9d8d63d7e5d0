import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts'
import type { JoinOptions } from './app-handle.ts'
import { AppPage } from './app-page.ts'

/** What `BOX_WEB_DIR` has to be so that a box serves the test app. */
export const APP_DIR = fileURLToPath(new URL('app', import.meta.url))

/** Join options of a session that nobody else uses. */
export function newSession(changes: Partial<JoinOptions> = {}): JoinOptions {
  return {
    client: 'croquet',
    name: crypto.randomUUID(),
    password: 'secret',
    release: 1,
    rejoinLimit: 1000,
    ...changes,
  }
}

/** One browser, and everybody who visits a box with it. */
export class Visitors {
  readonly #browser: Browser

  constructor(browser: Browser) {
    this.#browser = browser
  }

  /** @param localName a host name that leads to this machine */
  static async launch(localName?: string): Promise<Visitors> {
    return new Visitors(await launchBrowser(localName))
  }

  /** A person who has that page open. */
  open(url: string): Promise<WatchedPage> {
    return openPage(this.#browser, url)
  }

  /** A person who has nothing open yet. */
  async blank(): Promise<Page> {
    return (await this.#browser.newContext()).newPage()
  }

  /** A person who has the test app open and joined the session. */
  async join(boxUrl: string, options: JoinOptions): Promise<AppPage> {
    const page = new AppPage(await this.open(boxUrl))
    await page.join(options)
    return page
  }

  /** Closes all pages. */
  async leave(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()))
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
