import { isAppName } from './app-name.ts'
import { isReleaseId } from './app-record.ts'
import { DeployError } from './deploy-error.ts'
import { placeEntry } from './entry-name.ts'

/** An app's list of releases, in its folder. */
export const RECORD_NAME = 'app.json'
/** The folder of its releases, each in one with its id. */
export const RELEASES_NAME = 'releases'

/** Whether a path below the folder of all apps is one that a file of an app can have. */
export function isAppFilePath(path: string): boolean {
  const [name = '', folder = '', id = '', ...file] = path.split('/')
  if (!isAppName(name)) return false
  if (path === `${name}/${RECORD_NAME}`) return true
  return folder === RELEASES_NAME && isReleaseId(id) && isKept(file.join('/'))
}

function isKept(path: string): boolean {
  try {
    const place = placeEntry(path)
    return place.tag === 'keep' && place.path === path
  } catch (error) {
    if (error instanceof DeployError) return false
    throw error
  }
}
