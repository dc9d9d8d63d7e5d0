import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DOOR_PAGES, type DoorPage } from './refusal.ts'

/**
 * The product's own folder: whoever serves other pages (`BOX_WEB_DIR`) has no need for these. Each is a title, words and perhaps a
 * picture, which go into the frame.
 */
const PAGES_DIR = join(import.meta.dirname, '../../web/door')
const STYLESHEET = /<link rel="stylesheet" href="([^"]+)">/g
/** Beside those at the door: what went wrong for somebody who is in, and what libraries there are. */
const OTHER_PAGES = ['trouble', 'libraries'] as const
type Page = DoorPage | (typeof OTHER_PAGES)[number]
const PAGES: readonly Page[] = [...DOOR_PAGES, ...OTHER_PAGES]

/** What stands as `{{name}}` in a page. */
export type PageValues = Readonly<Record<string, string>>

/** The pages for those who are not in yet, with their styles in them: nothing else has to be let out. */
export class DoorPages {
  readonly #pages: ReadonlyMap<Page, string>
  /** headers of each of them; they hold no script, and their styles are known by their hashes */
  readonly headers: Readonly<Record<string, string>>
  /** of those by which people log in to the dashboard, at its own origin: their scripts are files there */
  readonly adminHeaders: Readonly<Record<string, string>>

  private constructor(pages: ReadonlyMap<Page, string>, styles: Iterable<string>) {
    this.#pages = pages
    const hashes = Array.from(styles, (style) => `'sha256-${hashOf(style)}'`)
    const styleSources = hashes.join(' ')
    this.headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // With less than this the form that is sent has no origin.
      'referrer-policy': 'same-origin',
      // No other page can look into the window in which somebody types a password.
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy':
        `default-src 'none'; style-src ${styleSources}; img-src data:; ` +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    }
    this.adminHeaders = {
      ...this.headers,
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        `default-src 'none'; script-src 'self'; connect-src 'self'; style-src ${styleSources}; ` +
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    }
  }

  /** @param wording gives the commands in a page as they are typed where the box runs */
  static async load(wording = (text: string) => text): Promise<DoorPages> {
    const pages = new Map<Page, string>()
    const styles = new Map<string, string>()
    const frame = await read('frame.html')
    const gate = await read('gate.svg')
    for (const [, path = ''] of frame.matchAll(STYLESHEET)) styles.set(path, await read(path))
    const withStyles = frame.replace(
      STYLESHEET,
      (_, path: string) => `<style>${styles.get(path)}</style>`,
    )
    for (const page of PAGES) {
      const source = wording(await read(`${page}.html`))
      const [, title = ''] = /<title>(.*)<\/title>/.exec(source) ?? []
      const [main = ''] = /<main>[\s\S]*<\/main>/.exec(source) ?? []
      const [picture = gate] = /<svg[\s\S]*<\/svg>/.exec(source) ?? []
      const parts: Readonly<Record<string, string>> = { title, picture, main }
      pages.set(
        page,
        withStyles.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name] ?? ''),
      )
    }
    return new DoorPages(pages, styles.values())
  }

  /** @param values a name that has none stays empty */
  render(page: Page, values: PageValues): string {
    const html = this.#pages.get(page) ?? ''
    return html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escaped(values[name] ?? ''))
  }
}

function read(path: string): Promise<string> {
  return readFile(join(PAGES_DIR, path), 'utf8')
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
