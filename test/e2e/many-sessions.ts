import type { Page } from 'playwright-core'

/** As many as the box answers at once. */
const PAGE = 1000

/** Has a page be told of so many sessions. */
export async function servedWith(page: Page, count: number): Promise<void> {
  const sessions = Array.from({ length: count }, (_, index) => ({
    id: String(index).padStart(43, 'S'),
    app: `org.school.app${index % 7}`,
    name: `class ${index}`,
    host: 'box.school',
    users: (index * 7) % 40,
    startedAt: Date.now() - index * 1000,
    messagesPerSecond: (index * 13) % 50,
    bytesPerSecond: index * 3,
    joinMessages: index,
    joinBytes: index * 100,
  }))
  await page.route('**/api/v1/sessions?*', (route) => {
    const offset = Number(new URL(route.request().url()).searchParams.get('offset'))
    const json = { total: count, sessions: sessions.slice(offset, offset + PAGE) }
    return route.fulfill({ json })
  })
}

/**
 * Scrolls to the end and back, sorts by each column, types into the filter, all within the page, so that
 * nothing but the page is measured; the longest task meanwhile (ms).
 */
export function longestFrame(page: Page, words: string): Promise<number> {
  return page.evaluate(useTable, words)
}

/** What of a browser's page is used here. */
interface Window {
  readonly document: {
    querySelector(selector: string): Element
    querySelectorAll(selector: string): Iterable<Element>
  }
  readonly Event: new (name: string) => Event
  readonly PerformanceObserver: new (
    note: (list: { getEntries(): Iterable<{ readonly duration: number }> }) => void,
  ) => { observe(options: object): void; disconnect(): void }
  requestAnimationFrame(run: (now: number) => void): void
}

interface Element {
  scrollTop: number
  value: string
  readonly scrollHeight: number
  click(): void
  dispatchEvent(event: Event): void
}

/** Runs in the page. */
async function useTable(words: string): Promise<number> {
  const { document, Event, PerformanceObserver, requestAnimationFrame } =
    globalThis as unknown as Window
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  let longest = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
  })
  const input = document.querySelector('[data-filter]')
  const type = async (text: string) => {
    input.value = text
    input.dispatchEvent(new Event('input'))
    await frame()
  }
  await type('')
  await frame()
  observer.observe({ entryTypes: ['longtask'] })
  const table = document.querySelector('.vt')
  for (let step = 0; step <= 120; step++) {
    table.scrollTop = (step <= 60 ? step / 60 : 2 - step / 60) * table.scrollHeight
    await frame()
  }
  for (const heading of document.querySelectorAll('.vt-head button')) {
    heading.click()
    await frame()
  }
  for (let length = 1; length <= words.length; length++) await type(words.slice(0, length))
  // The last of them is told of a frame later.
  await frame()
  await frame()
  observer.disconnect()
  return longest
}
