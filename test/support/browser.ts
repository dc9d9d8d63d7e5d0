import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium, findHeadlessShell } from './programs.ts'

/** What a browser does on its own, on the network and the graphics card, is kept out of the tests. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless Chromium. To be closed by the caller.
 * @param localName a host name that leads to this machine; `*`: all of them
 * @param home whose settings it has, such as what is trusted; without it, none
 */
export function launchBrowser(localName?: string, home?: string): Promise<Browser> {
  // The settings of a home are read by whole browsers alone.
  const executablePath = (home === undefined ? findHeadlessShell() : undefined) ?? findChromium()
  if (!executablePath) throw new Error('no Chromium here: run node scripts/ensure-test-tools.ts')
  const isRoot = process.getuid?.() === 0
  const args = [
    ...FLAGS,
    ...(isRoot ? ['--no-sandbox'] : []),
    ...(localName === undefined ? [] : [`--host-resolver-rules=MAP ${localName} 127.0.0.1`]),
  ]
  const env = home === undefined ? {} : { HOME: home, XDG_DATA_HOME: join(home, '.local/share') }
  return chromium.launch({ executablePath, args, env: { ...process.env, ...env } })
}

/** A page, and what it did since it was opened that a test may want to judge. */
export interface WatchedPage {
  readonly page: Page
  /** every address asked for, those of web sockets included */
  readonly requests: readonly string[]
  /** what the console showed as an error, and errors that nothing caught */
  readonly errors: readonly string[]
  /** the text of every web-socket frame that came */
  readonly frames: readonly string[]
  /** the text of every web-socket frame that the page sent */
  readonly sentFrames: readonly string[]
}

/** Opens a page as a person of its own: no cookie, cache or storage is shared with other pages. */
export async function openPage(browser: Browser, url: string): Promise<WatchedPage> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const requests: string[] = []
  const errors: string[] = []
  const frames: string[] = []
  const sentFrames: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('websocket', (socket) => {
    requests.push(socket.url())
    socket.on('framereceived', ({ payload }) => frames.push(String(payload)))
    socket.on('framesent', ({ payload }) => sentFrames.push(String(payload)))
  })
  await page.goto(url)
  return { page, requests, errors, frames, sentFrames }
}

/** Closes a page as its person would, and forgets that person. */
export function closePage({ page }: Pick<WatchedPage, 'page'>): Promise<void> {
  return page.context().close()
}
