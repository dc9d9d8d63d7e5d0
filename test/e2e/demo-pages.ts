import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { closePage, type WatchedPage } from '../support/browser.ts'
import { LastingBox } from './lasting-box.ts'
import { Visitors } from './visitors.ts'

export const WEB_DIR = fileURLToPath(new URL('../../web', import.meta.url))

/** What is too grave for a page of ours, in the words of axe-core. */
const GRAVE: readonly unknown[] = ['serious', 'critical']

/** A box with its demos, and everybody who has one of them open. */
export class DemoPages {
  readonly box: LastingBox
  readonly #visitors: Visitors
  #opened: WatchedPage[] = []

  private constructor(box: LastingBox, visitors: Visitors) {
    this.box = box
    this.#visitors = visitors
  }

  static async start(webDir = WEB_DIR): Promise<DemoPages> {
    return new DemoPages(await LastingBox.start(webDir), await Visitors.launch())
  }

  /** A demo, joined, as a person of its own sees it who came by that host name. */
  async open(host: 'localhost' | '127.0.0.1', demo: string): Promise<Page> {
    const page = await this.#visit(`http://${host}:${this.box.port}/demos/${demo}/`)
    await hasJoined(page)
    return page
  }

  /** The landing page, as a person of its own sees it. */
  openHome(): Promise<Page> {
    return this.#visit(`http://localhost:${this.box.port}/`)
  }

  /** No page had an error, or asked anybody but the box for anything. */
  expectAllWell(): void {
    expect(this.#opened.flatMap(({ errors }) => errors)).toEqual([])
    const hosts = this.#opened
      .flatMap(({ requests }) => requests)
      .filter((url) => !/^(blob|data):/.test(url))
      .map((url) => new URL(url).host)
    const boxHosts = ['localhost', '127.0.0.1'].map((name) => `${name}:${this.box.port}`)
    expect(boxHosts).toEqual(expect.arrayContaining([...new Set(hosts)]))
  }

  /** Everybody goes, and the box is started anew on what it has kept. */
  async restart(): Promise<void> {
    this.expectAllWell()
    await Promise.all(this.#opened.map(closePage))
    await this.box.restart()
  }

  /** Closes all pages. */
  async leave(): Promise<void> {
    await this.#visitors.leave()
    this.#opened = []
  }

  async close(): Promise<void> {
    await this.#visitors.close()
    await this.box.close()
  }

  async #visit(url: string): Promise<Page> {
    const watched = await this.#visitors.open(url)
    this.#opened.push(watched)
    return watched.page
  }
}

export async function hasJoined(page: Page): Promise<void> {
  await page.waitForSelector('[data-state="joined"]')
}

/** axe-core finds nothing serious on the page as it is now; by night only the colours are other ones. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  expect(await graveFaults(page, {})).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  expect(await graveFaults(page, { runOnly: ['color-contrast'] })).toEqual([])
}

async function graveFaults(page: Page, options: axe.RunOptions): Promise<unknown[]> {
  const results = await page.evaluate(`axe.run(${JSON.stringify(options)})`)
  const { violations } = results as axe.AxeResults
  return violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => [id, html, any[0]?.message]))
}
