import { newSession, Visitors } from '../e2e/visitors.ts'
import { checkHistory } from './crowd.ts'
import { LastingPage, type PageOutage } from './lasting-page.ts'
import { SessionLedger } from './session-ledger.ts'

/** The default of clients: how long they keep their view without a connection (ms). */
export const REJOIN_LIMIT_MS = 1000
/** Clients send this to the box as their leave delay (ms). */
const LEAVE_DELAY_MS = REJOIN_LIMIT_MS + 250
/** Timers are not exact (ms). */
const TOLERANCE_MS = 50

/** Two people in one session, each with a browser page. */
export class PagePair {
  readonly ledger: SessionLedger
  readonly pages: readonly LastingPage[]
  /** models that were not the same, in words */
  readonly #differences: string[] = []
  readonly #visitors: Visitors

  private constructor(ledger: SessionLedger, pages: readonly LastingPage[], visitors: Visitors) {
    this.ledger = ledger
    this.pages = pages
    this.#visitors = visitors
  }

  /** @param sendEveryMs ms between two messages of a page */
  static async join(boxUrl: string, sendEveryMs: number): Promise<PagePair> {
    const visitors = await Visitors.launch()
    try {
      const session = newSession({ rejoinLimit: REJOIN_LIMIT_MS })
      const ada = await LastingPage.join(visitors, boxUrl, session)
      const bob = await LastingPage.join(visitors, boxUrl, session)
      const ledger = new SessionLedger((await ada.app.state()).sessionId)
      ada.reportTo(ledger.witness('page 1'))
      bob.reportTo(ledger.witness('page 2'))
      for (const page of [ada, bob]) await page.startSending(sendEveryMs)
      return new PagePair(ledger, [ada, bob], visitors)
    } catch (error) {
      await visitors.close()
      throw error
    }
  }

  /** Resolves when both are connected and show a view. */
  async bothIn(): Promise<void> {
    for (const page of this.pages) await page.isIn()
  }

  /** What both saw, and what a newcomer to their session gets, goes into the ledger. */
  async check(reflectorUrl: string): Promise<void> {
    for (const page of this.pages) page.report()
    await checkHistory(reflectorUrl, this.ledger, LEAVE_DELAY_MS)
  }

  async outages(): Promise<ReadonlyArray<PageOutage & { readonly isViewKept: boolean }>> {
    return (await Promise.all(this.pages.map((page) => page.outages()))).flat()
  }

  async viewsMade(): Promise<number[]> {
    const states = await Promise.all(this.pages.map(({ app }) => app.state()))
    return states.map(({ viewsMade }) => viewsMade)
  }

  /** How much of what pages sent each model has counted. */
  async counts(): Promise<number[]> {
    const states = await Promise.all(this.pages.map(({ app }) => app.state()))
    return states.map(({ count }) => count)
  }

  /** The whole model of each page at the same teatime, when they have stopped sending. */
  async models(): Promise<string[]> {
    for (const page of this.pages) await page.stopSending()
    return this.#modelsAt('end')
  }

  /** Compares the models of both pages at one teatime, while they go on sending. */
  async compareModels(label: string): Promise<void> {
    const [first, second] = await this.#modelsAt(label)
    if (first !== second) this.#differences.push(`${label}: one model is ${first}, one ${second}`)
  }

  async #modelsAt(label: string): Promise<string[]> {
    await this.pages[0]?.app.publish('mark', label)
    return Promise.all(this.pages.map((page) => page.markedState(label)))
  }

  /** What was wrong, in words: in what pages saw, and in how they kept their views. */
  async violations(): Promise<string[]> {
    const perPage = await Promise.all(this.pages.map(violationsOf))
    const all = [...this.ledger.violations, ...this.#differences, ...perPage.flat()]
    return all.map((what) => `pages: ${what}`)
  }

  async close(): Promise<void> {
    await this.#visitors.close()
  }
}

async function violationsOf(page: LastingPage): Promise<string[]> {
  const outages = await page.outages()
  const lostTooSoon = outages
    .filter(({ viewsMade, isViewKept }) => viewsMade !== undefined && !isViewKept)
    .filter(({ ms }) => ms < REJOIN_LIMIT_MS - TOLERANCE_MS)
    .map(({ ms }) => `a view was lost after ${Math.round(ms)} ms without connection only`)
  return [...lostTooSoon, ...(await wrongVisits(page, outages))]
}

/** A view is announced once, and again only if it was announced as gone, which takes its leave delay. */
async function wrongVisits(page: LastingPage, outages: readonly PageOutage[]): Promise<string[]> {
  const { viewId, visits } = await page.app.state()
  const heard = visits.filter(([, id]) => id === viewId).map(([what]) => what)
  const exits = heard.filter((what) => what === 'exit').length
  const longOutages = outages.filter(({ ms }) => ms > LEAVE_DELAY_MS - TOLERANCE_MS).length
  const expected = `join${',exit,join'.repeat(exits)}`
  if (heard.join() === expected && exits <= longOutages) return []
  return [`with ${longOutages} long outages, the model heard of view ${viewId}: ${heard.join()}`]
}
