import { DeployError, quoted } from './deploy-error.ts'

const PAGE = 'index.html'
/** Folders that builders make. */
export const BUILT_FOLDERS: readonly string[] = ['dist', 'build', 'out', '_site', 'www']

/**
 * The folder with the app in it, by the files that came: all of them, or the only folder, as archives of a folder have it.
 * @returns "" or the folder's name
 * @throws {DeployError} if there is no page at the top of either
 */
export function findRoot(files: readonly string[]): string {
  if (files.length === 0) throw new DeployError(400, 'there is no file in it')
  if (files.includes(PAGE)) return ''
  const tops = new Set(files.map((path) => path.split('/', 1)[0] ?? ''))
  const [top = ''] = tops
  if (tops.size === 1 && files.includes(`${top}/${PAGE}`)) return top
  throw new DeployError(400, `there is no ${PAGE} at the top of it${hint(files)}`)
}

/** The page that was probably meant. */
function hint(files: readonly string[]): string {
  const [nearest] = files
    .filter((path) => path.endsWith(`/${PAGE}`) && !isTemplate(path, files))
    .toSorted((a, b) => Number(isBuilt(b)) - Number(isBuilt(a)) || depthOf(a) - depthOf(b))
  if (nearest === undefined) return ': build the app first, and deploy the folder that was built'
  return `, but there is ${quoted(nearest)}: deploy the folder that it is in`
}

function depthOf(path: string): number {
  return path.split('/').length
}

function isBuilt(path: string): boolean {
  return BUILT_FOLDERS.some((folder) => path === `${folder}/${PAGE}`)
}

/** Some builders make their page of one that lies there. */
function isTemplate(path: string, files: readonly string[]): boolean {
  const [folder = ''] = path.split(`public/${PAGE}`)
  return path === `${folder}public/${PAGE}` && files.includes(`${folder}package.json`)
}
