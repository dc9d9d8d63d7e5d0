import { init, parse } from 'es-module-lexer'
import { CLIENT_NAME, type ClientVersions, ownClientAt } from './client-address.ts'
import { relativeAddress } from './relative-address.ts'
import { applyEdits, type TextEdit } from './text-edits.ts'

/** A string that is an address as a whole. */
const ADDRESS_LITERAL = /(["'`])((?:https?:)?\/\/[^"'`\s\\$]+)\1/g

/** Where a script is, for addresses in it to become relative ones. Paths from the box's root. */
export interface ScriptPlace {
  /** the script itself, to which what it imports is relative */
  readonly script: string
  /** the page that runs it, to which all else is relative */
  readonly page: string
  readonly versions: ClientVersions
}

/** The script with the box's own client in place of those from a CDN. */
export async function adaptScript(text: string, place: ScriptPlace): Promise<string> {
  if (!CLIENT_NAME.test(text)) return text
  await init
  const imports = importedAt(text)
  const edits: TextEdit[] = []
  for (const { index, 2: address = '' } of text.matchAll(ADDRESS_LITERAL)) {
    const own = ownClientAt(address, place.versions)
    if (own === undefined) continue
    const start = index + 1
    const from = imports.has(start) ? place.script : place.page
    edits.push({ start, end: start + address.length, text: relativeAddress(from, own) })
  }
  return applyEdits(text, edits)
}

/** Where the names of what a script imports begin, behind their quotes. */
function importedAt(text: string): ReadonlySet<number> {
  try {
    const [imports] = parse(text)
    return new Set(imports.map(({ start, type }) => (type === 'dynamic' ? start + 1 : start)))
  } catch {
    // Not what the lexer knows: its addresses are taken for a page's, which most are.
    return new Set()
  }
}
