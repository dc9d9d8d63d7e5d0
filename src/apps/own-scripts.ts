import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientVersions } from './client-address.ts'
import { CROQUET_WITH_DEFAULT, SHOW_NOTICES, USE_THIS_BOX, WATCH_PAGE } from './own-paths.ts'

/** The product's own folder: whoever serves other pages (`BOX_WEB_DIR`) need not have it. */
const SCRIPTS_DIR = join(import.meta.dirname, '../../web/hosting')

/** Scripts of the box that adapted apps load: path from the box's root to text. */
export async function ownScripts(versions: ClientVersions): Promise<ReadonlyMap<string, string>> {
  const croquet = `../lib/@croquet/croquet@${versions['@croquet/croquet']}/pub/croquet.esm.js`
  const read = (name: string) => readFile(join(SCRIPTS_DIR, name), 'utf8')
  const notices = await read('show-notices.js')
  return new Map([
    [USE_THIS_BOX, await read('use-this-box.js')],
    [SHOW_NOTICES, notices],
    // One request for each page, rather than two.
    [WATCH_PAGE, notices + (await read('watch-page.js'))],
    [
      CROQUET_WITH_DEFAULT,
      [
        `import * as Croquet from '${croquet}'`,
        `export * from '${croquet}'`,
        'export default Croquet\n',
      ].join('\n'),
    ],
  ])
}
