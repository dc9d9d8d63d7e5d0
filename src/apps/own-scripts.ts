import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientVersions } from './client-address.ts'
import { CROQUET_WITH_DEFAULT, USE_THIS_BOX, WATCH_PAGE } from './own-paths.ts'

/** The product's own folder: whoever serves other pages (`BOX_WEB_DIR`) need not have it. */
const SCRIPTS_DIR = join(import.meta.dirname, '../../web/hosting')

/** Scripts of the box that adapted apps load: path from the box's root to text. */
export async function ownScripts(versions: ClientVersions): Promise<ReadonlyMap<string, string>> {
  const croquet = `../lib/@croquet/croquet@${versions['@croquet/croquet']}/pub/croquet.esm.js`
  return new Map([
    [USE_THIS_BOX, await readFile(join(SCRIPTS_DIR, 'use-this-box.js'), 'utf8')],
    [WATCH_PAGE, await readFile(join(SCRIPTS_DIR, 'watch-page.js'), 'utf8')],
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
