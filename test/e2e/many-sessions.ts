import type { Page } from 'playwright-core'

/** As many as the box answers at once. */
const PAGE = 1000

/** What of a browser is used here. */
interface Window {
  readonly document: { querySelector(selector: string): Scrolled }
  requestAnimationFrame(run: (now: number) => void): void
}

interface Scrolled {
  scrollTop: number
  readonly scrollHeight: number
}

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

/** Scrolls to the end and back, sorts by each column, types into the filter; the longest task meanwhile (ms). */
export async function longestFrame(page: Page): Promise<number> {
  await page.fill('[data-filter]', '')
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(globalThis, { longTasks: tasks })
    const note = (list: { getEntries(): Array<{ duration: number }> }) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration))
    // biome-ignore lint/suspicious/noExplicitAny: the types of browsers are not those of Node
    ;new (globalThis as any).PerformanceObserver(note).observe({ entryTypes: ['longtask'] })
  })
  await page.evaluate(scrollThrough)
  for (const heading of await page.locator('.vt-head button').all()) await heading.click()
  await page.locator('[data-filter]').pressSequentially('class 4321', { delay: 20 })
  await page.evaluate(twoFrames)
  return page.evaluate(() =>
    Math.max(0, ...(globalThis as unknown as { longTasks: number[] }).longTasks),
  )
}

async function scrollThrough(): Promise<void> {
  const { document, requestAnimationFrame } = globalThis as unknown as Window
  const table = document.querySelector('.vt')
  for (let step = 0; step <= 120; step++) {
    const part = step <= 60 ? step / 60 : 2 - step / 60
    table.scrollTop = part * table.scrollHeight
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
}

async function twoFrames(): Promise<void> {
  const { requestAnimationFrame } = globalThis as unknown as Window
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}
