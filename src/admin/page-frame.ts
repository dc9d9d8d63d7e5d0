import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What all pages of the dashboard share. */
const PARTS = ['head', 'top'] as const
/** A line such as `{{head}}` or, with the link that leads to this very page, `{{top log.html}}`. */
const PART_MARK = /^( *)\{\{(\w+)(?: (\S+))?\}\}$/gm
/** Stands in a page where its key is to be. */
const KEY_MARK = '{{page-key}}'

/** What is around the pages of the dashboard: their heads, the way from each to the others, and the key of each. */
export class PageFrame {
  readonly #parts: ReadonlyMap<string, string>

  private constructor(parts: ReadonlyMap<string, string>) {
    this.#parts = parts
  }

  /** @param dir of the parts, each in `<name>.html` */
  static async load(dir: string): Promise<PageFrame> {
    const read = async (name: string) => {
      const text = await readFile(join(dir, `${name}.html`), 'utf8')
      return [name, text.trimEnd()] as const
    }
    return new PageFrame(new Map(await Promise.all(PARTS.map(read))))
  }

  /**
   * A page as a browser is to get it.
   * @param page with marks in the places of parts
   * @param pageKey "" for who is not to have it
   */
  around(page: string, pageKey: string): string {
    const whole = page.replace(
      PART_MARK,
      (mark, indent: string, name: string, current?: string) => {
        const part = this.#parts.get(name) ?? mark
        const lines = part.replaceAll(
          `<a href="${current}">`,
          `<a href="${current}" aria-current="page">`,
        )
        return lines.replaceAll(/^/gm, indent)
      },
    )
    return whole.replaceAll(KEY_MARK, pageKey)
  }
}
