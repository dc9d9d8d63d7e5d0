import type { AppState, JoinOptions } from '../e2e/app-handle.ts'
import { AppPage } from '../e2e/app-page.ts'
import type { Visitors } from '../e2e/visitors.ts'
import type { WatchedPage } from '../support/browser.ts'
import { ChunkReader } from '../support/chunk-reader.ts'
import type { Frame } from '../support/wire.ts'
import { poll } from './poll.ts'
import { NOTHING_KNOWN, type Witness } from './session-ledger.ts'

const BACK_TIMEOUT_MS = 30_000

/** A time without connection, as the page saw it. */
export interface PageOutage {
  /** from the close of the socket to the SYNC */
  readonly ms: number
  /** how many views the page had made when it began; undefined: there was none to keep */
  readonly viewsMade: number | undefined
}

/** What the page keeps for us. */
interface PageWatch {
  readonly outages: PageOutage[]
  readonly isOut: boolean
}

declare const app: {
  state(): AppState
  publish(event: string, data?: unknown): void
}
declare let watch: PageWatch

/** A page with the test app that stays open while the box comes and goes. */
export class LastingPage {
  readonly app: AppPage
  readonly #watched: WatchedPage
  #witness: Witness | undefined
  readonly #chunks = new ChunkReader()
  #framesRead = 0

  private constructor(watched: WatchedPage, app: AppPage) {
    this.#watched = watched
    this.app = app
  }

  static async join(
    visitors: Visitors,
    boxUrl: string,
    options: JoinOptions,
  ): Promise<LastingPage> {
    const watched = await visitors.open(boxUrl)
    await watched.page.evaluate(watchSockets)
    const app = new AppPage(watched)
    await app.join(options)
    return new LastingPage(watched, app)
  }

  /** Whom {@link LastingPage.report} tells what the page sees, from its first frame on. */
  reportTo(witness: Witness): void {
    this.#witness = witness
  }

  /** Has the page send so often, whenever it has a view. */
  async startSending(everyMs: number): Promise<void> {
    await this.#watched.page.evaluate((ms) => {
      const send = () => {
        if (app.state().viewId) app.publish('add', 1)
      }
      Object.assign(globalThis, { stopSending: clearInterval.bind(null, setInterval(send, ms)) })
    }, everyMs)
  }

  async stopSending(): Promise<void> {
    await this.#watched.page.evaluate('stopSending()')
  }

  /** Resolves when it is connected and shows a view. */
  async isIn(): Promise<void> {
    await poll('the page is back', BACK_TIMEOUT_MS, () =>
      this.#watched.page.evaluate(() => !watch.isOut && app.state().viewId !== ''),
    )
  }

  /** The model at the teatime of that mark, once it was reached. */
  async markedState(label: string): Promise<string> {
    await poll(`the page reaches mark ${label}`, BACK_TIMEOUT_MS, async () => {
      const { marks } = await this.app.state()
      return marks[label] !== undefined
    })
    return (await this.app.state()).marks[label] ?? ''
  }

  /** Reports what came since the last time. */
  report(): void {
    for (; this.#framesRead < this.#watched.frames.length; this.#framesRead += 1) {
      const text = this.#chunks.read(this.#watched.frames[this.#framesRead] ?? '')
      if (text !== undefined) this.#reportFrame({ ...(JSON.parse(text) as Frame), text })
    }
  }

  /** All outages so far, and whether the page kept its view through each. */
  async outages(): Promise<ReadonlyArray<PageOutage & { readonly isViewKept: boolean }>> {
    const { outages, viewsMade } = await this.#watched.page.evaluate(() => ({
      outages: watch.outages,
      viewsMade: app.state().viewsMade,
    }))
    return outages.map((outage, index) => {
      const next = outages[index + 1]
      const after = next ? next.viewsMade : viewsMade
      return { ...outage, isViewKept: outage.viewsMade === after }
    })
  }

  #reportFrame(frame: Frame): void {
    if (frame.action === 'SYNC') this.#witness?.synced(frame, NOTHING_KNOWN)
    else if (frame.action === 'RECV') this.#witness?.received(frame)
    else if (frame.action === 'TICK') this.#witness?.ticked(frame.args as number)
  }
}

/** Runs in the page, before its client makes a socket. */
function watchSockets(): void {
  const outages: PageOutage[] = []
  let lost: { at: number; viewsMade: number | undefined } | undefined
  Object.assign(globalThis, {
    watch: {
      outages,
      get isOut() {
        return lost !== undefined
      },
    },
    WebSocket: class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        this.addEventListener('close', () => {
          const { viewId, viewsMade } = app.state()
          lost ??= { at: performance.now(), viewsMade: viewId ? viewsMade : undefined }
        })
        this.addEventListener('message', ({ data }) => {
          if (!lost || !String(data).slice(0, 200).includes('"action":"SYNC"')) return
          outages.push({ ms: performance.now() - lost.at, viewsMade: lost.viewsMade })
          lost = undefined
        })
      }
    },
  })
}
