import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What all pages of the dashboard share. */
const PARTS = ['head', 'top'] as const
/** A line such as `{{head}}` or, with the link that leads to this very page, `{{top log.html}}`. */
const PART_MARK = /^( *)\{\{(\w+)(?: (\S+))?\}\}$/gm

/** What is around the pages of the dashboard: their heads, and the way from each to the others. */
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
   */
  around(page: string): string {
    return page.replace(PART_MARK, (mark, indent: string, name: string, current?: string) => {
      const part = this.#parts.get(name) ?? mark
      const lines = part.replaceAll(
        `<a href="${current}">`,
        `<a href="${current}" aria-current="page">`,
      )
      return lines.replaceAll(/^/gm, indent)
    })
  }
}
