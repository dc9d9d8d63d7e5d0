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

/** What of a browser's page is used here. */
interface Window {
  readonly document: {
    querySelector(selector: string): Element
    querySelectorAll(selector: string): ArrayLike<Element>
  }
  readonly Event: new (name: string) => Event
  requestAnimationFrame(run: (now: number) => void): void
}

interface Element {
  scrollTop: number
  value: string
  readonly scrollHeight: number
  click(): void
  dispatchEvent(event: Event): void
}

/** One thing that a person does with the table. */
type Step =
  | { readonly kind: 'scroll'; readonly part: number }
  | { readonly kind: 'sort'; readonly column: number }
  | { readonly kind: 'filter'; readonly text: string }

/**
 * Scrolls to the end and back, sorts by each column, types into the filter.
 * @returns the longest of these until it is drawn, in time of the page's thread (ms): others use this machine, too
 */
export async function longestFrame(page: Page, words: string): Promise<number> {
  const columns = await page.locator('.vt-head button').count()
  const steps: Step[] = [
    ...Array.from(
      { length: 41 },
      (_, at) => ({ kind: 'scroll', part: 1 - Math.abs(at - 20) / 20 }) as const,
    ),
    ...Array.from({ length: columns }, (_, column) => ({ kind: 'sort', column }) as const),
    ...Array.from(words, (_, at) => ({ kind: 'filter', text: words.slice(0, at + 1) }) as const),
  ]
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busyMs = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
  }
  let longest = 0
  for (const step of steps) {
    const before = await busyMs()
    await page.evaluate(doStep, step)
    longest = Math.max(longest, (await busyMs()) - before)
  }
  await cdp.detach()
  return longest
}

/** Runs in the page, until what it does is drawn. */
async function doStep(step: Step): Promise<void> {
  const { document, Event, requestAnimationFrame } = globalThis as unknown as Window
  if (step.kind === 'scroll') {
    const table = document.querySelector('.vt')
    table.scrollTop = step.part * table.scrollHeight
  } else if (step.kind === 'sort') {
    document.querySelectorAll('.vt-head button')[step.column]?.click()
  } else {
    const input = document.querySelector('[data-filter]')
    input.value = step.text
    input.dispatchEvent(new Event('input'))
  }
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}
