import type { Page } from 'playwright-core'

/** The part of the browser's elements that is used here. */
interface Focusable {
  matches(selector: string): boolean
}

/** Goes to a field by the Tab key, and types into it what is to be there. */
export async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }))
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
}

/** Goes there by the Tab key, and presses Enter. */
export async function press(page: Page, role: 'link' | 'button', name: string): Promise<void> {
  await tabTo(page, page.getByRole(role, { name, exact: true }))
  await page.keyboard.press('Enter')
}

/** Presses Tab until it has the focus. */
export async function tabTo(page: Page, locator: ReturnType<Page['getByLabel']>): Promise<void> {
  const isThere = () =>
    locator.evaluate((element) => (element as unknown as Focusable).matches(':focus'))
  await locator.waitFor()
  for (let presses = 0; presses < 40; presses++) {
    if (await isThere()) return
    await page.keyboard.press('Tab')
  }
  throw new Error('no Tab leads there')
}
