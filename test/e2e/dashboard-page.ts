import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { signAdminToken } from '../../src/access/box-tokens.ts'
import { readKey } from '../../src/access/key-file.ts'
import type { WatchedPage } from '../support/browser.ts'
import type { Visitors } from './visitors.ts'

const HOUR_MS = 3_600_000

interface RunningBox {
  /** of the dashboard */
  readonly adminUrl: string
  readonly filesDir: string
}

/** Whoever runs the box, with the dashboard open. */
export class DashboardPage {
  readonly #box: RunningBox
  readonly #watched: WatchedPage

  private constructor(box: RunningBox, watched: WatchedPage) {
    this.#box = box
    this.#watched = watched
  }

  /** Opens it, logged in. @param path of the page; without it, the overview */
  static async open(box: RunningBox, visitors: Visitors, path = ''): Promise<DashboardPage> {
    const token = await tokenOf(box)
    const watched = await visitors.open(`${box.adminUrl}/t/${token}/admin/${path}`)
    await watched.page.waitForURL(`${box.adminUrl}/admin/${path}`)
    return new DashboardPage(box, watched)
  }

  get page(): Page {
    return this.#watched.page
  }

  get errors(): readonly string[] {
    return this.#watched.errors
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(`${this.#box.adminUrl}/admin/${path}`)
  }

  /** All that stands on the page. */
  async text(): Promise<string> {
    return (await this.page.textContent('main')) ?? ''
  }

  /** What the box found in a session, a title each. */
  findings(): Promise<string[]> {
    return this.page.locator('.finding h3').allTextContents()
  }

  /** Presses a button, and says yes to the question that follows. @returns what was done, in words */
  async act(button: string, yes: string, words?: string): Promise<string> {
    await this.page.click(button)
    if (words !== undefined) await this.page.fill('dialog textarea', words)
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('button', { name: yes }).click()
    const text = await dialog.locator('.outcome:not(:empty)').textContent()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    return text ?? ''
  }
}

async function tokenOf({ filesDir }: RunningBox): Promise<string> {
  const key = await readKey(join(filesDir, 'access'))
  if (!key) throw new Error('the box has no key')
  return (await signAdminToken(key, 'a test', Date.now() + HOUR_MS)).token
}
