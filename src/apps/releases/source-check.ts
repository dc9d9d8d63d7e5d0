import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { init, parse } from 'es-module-lexer'
import { type PageElement, pageElements } from './app-page.ts'
import { DeployError, quoted } from './deploy-error.ts'
import { BUILT_FOLDERS } from './release-root.ts'

/** What a builder makes a script of: no browser runs it. */
const SOURCE = /\.(?:[mc]?tsx?|jsx|vue|svelte|astro|coffee)$/i
/** What a builder lets scripts import, and browsers do not. */
const ASSET = /\.(?:css|s[ac]ss|less|styl|svg|png|jpe?g|gif|webp|avif|glsl|json|html?)$/i
const JAVASCRIPT = /^(?:module|(?:text|application)\/(?:x-)?(?:java|ecma)script)?$/i
const PACKAGE = 'package.json'
/** What builders put something else in place of. */
const PLACEHOLDER = /<%=|%(?:PUBLIC_URL|BASE_URL|VITE_\w+|sveltekit\.[\w.]+)%/
/** So many modules are looked at, from the page on, and none that is longer (bytes). */
const MOST_MODULES = 50
const MOST_MODULE_BYTES = 1_000_000

/** A release that is ready, but for its place. */
interface Release {
  readonly dir: string
  /** paths of all its files */
  readonly files: ReadonlySet<string>
}

/**
 * Finds out whether a folder with sources was sent in place of what is built from them: its page would stay blank.
 * @throws {DeployError} that says what to deploy
 */
export async function refuseSources(dir: string, files: readonly string[]): Promise<void> {
  const release = { dir, files: new Set(files) }
  const source = await sourceIn(release, await pageElements(dir))
  if (source === undefined) return
  const built = BUILT_FOLDERS.find((folder) => release.files.has(`${folder}/index.html`))
  const advice =
    built === undefined
      ? 'run `npm run build` first, and deploy the folder that it makes'
      : `deploy ${built}/, which was built from it`
  throw new DeployError(
    422,
    `it is not built yet: its page loads ${source}, so it would not work: ${advice}`,
  )
}

/** What in it no browser can run, in words; undefined: nothing is known of such. */
async function sourceIn(
  release: Release,
  elements: readonly PageElement[],
): Promise<string | undefined> {
  const scripts = elements.filter(isJavaScript)
  const sources = scripts.flatMap((script) => pathOf(attribute(script, 'src'), '') ?? [])
  const source = sources.find((path) => SOURCE.test(path))
  if (source !== undefined) return quoted(source)
  const placeholder = elements
    .flatMap(({ attrs }) => attrs.map(({ value }) => value))
    .find((value) => PLACEHOLDER.test(value))
  if (placeholder !== undefined) return quoted(placeholder)
  // Without it nobody has a builder, and a page may know better: its import map may come from a script.
  if (!release.files.has(PACKAGE)) return undefined
  const modules = scripts.filter((script) => attribute(script, 'type')?.toLowerCase() === 'module')
  await init
  return foreignImport(release, modules, mappedNames(elements))
}

interface Module {
  readonly path: string
  /** undefined: it is read when its turn comes */
  readonly text?: string
}

/** Follows what modules import, from those of the page. */
async function foreignImport(
  release: Release,
  scripts: readonly PageElement[],
  mapped: readonly string[],
): Promise<string | undefined> {
  const waiting = scripts.flatMap(modulesOf)
  const seen = new Set(waiting.map(({ path }) => path))
  for (const { path, text } of waiting) {
    if (seen.size > MOST_MODULES) return undefined
    const names = importsOf(text ?? (await readModule(release, path)))
    for (const name of names) {
      const fault = faultOf(name, path, release, mapped)
      if (fault !== undefined) return fault
    }
    const targets = names.flatMap((name) => (isBare(name) ? [] : (pathOf(name, path) ?? [])))
    for (const target of targets.filter((found) => !seen.has(found))) {
      seen.add(target)
      waiting.push({ path: target })
    }
  }
  return undefined
}

function modulesOf(script: PageElement): readonly Module[] {
  const address = attribute(script, 'src')
  if (address === undefined) return [{ path: 'index.html', text: textOf(script) }]
  const path = pathOf(address, '')
  return path === undefined ? [] : [{ path }]
}

/** Why no browser can import that, in words; undefined: it may. */
function faultOf(
  name: string,
  path: string,
  release: Release,
  mapped: readonly string[],
): string | undefined {
  if (isBare(name)) {
    if (isMapped(name, mapped)) return undefined
    return `${quoted(path)}, which imports ${quoted(name)} from a package`
  }
  const target = pathOf(name, path)
  if (target === undefined || !needsBuilder(target, release)) return undefined
  return `${quoted(path)}, which imports ${quoted(name)}`
}

/** What a module imports without saying of which type it is. */
function importsOf(text: string): readonly string[] {
  try {
    const [imports] = parse(text)
    return imports.flatMap((found) =>
      // One that is loaded later may be caught.
      found.type !== 'dynamic' && 'attributes' in found && found.attributes === null
        ? [found.specifier ?? '']
        : [],
    )
  } catch {
    return []
  }
}

function needsBuilder(path: string, { files }: Release): boolean {
  if (SOURCE.test(path) || ASSET.test(path)) return true
  return (
    !files.has(path) &&
    ['.js', '.ts', '.tsx', '.jsx', '/index.js', '/index.ts'].some((end) => files.has(path + end))
  )
}

function isBare(name: string): boolean {
  return !/^(?:\.{0,2}\/|[a-z][a-z+.-]*:)/i.test(name)
}

function isMapped(name: string, mapped: readonly string[]): boolean {
  return mapped.some((key) => key === name || (key.endsWith('/') && name.startsWith(key)))
}

function mappedNames(elements: readonly PageElement[]): readonly string[] {
  return elements
    .filter((element) => element.tagName === 'script' && attribute(element, 'type') === 'importmap')
    .flatMap((element) => {
      try {
        return Object.keys((JSON.parse(textOf(element)) as { imports?: object }).imports ?? {})
      } catch {
        return []
      }
    })
}

async function readModule({ dir, files }: Release, path: string): Promise<string> {
  if (!files.has(path)) return ''
  const file = join(dir, path)
  return (await stat(file)).size > MOST_MODULE_BYTES ? '' : readFile(file, 'utf8')
}

function isJavaScript(element: PageElement): boolean {
  return element.tagName === 'script' && JAVASCRIPT.test(attribute(element, 'type')?.trim() ?? '')
}

function attribute({ attrs }: PageElement, name: string): string | undefined {
  return attrs.find((attr) => attr.name === name)?.value
}

function textOf({ childNodes }: PageElement): string {
  return childNodes.map((node) => ('value' in node ? node.value : '')).join('')
}

/** Path of a file of the release; undefined: it is elsewhere. @param from path of the file that names it */
function pathOf(address: string | undefined, from: string): string | undefined {
  if (address === undefined) return undefined
  const base = 'http://app.invalid/'
  const url = URL.parse(address, base + from.split('/').map(encodeURIComponent).join('/'))
  if (!url?.href.startsWith(base)) return undefined
  try {
    return decodeURIComponent(url.pathname.slice(1))
  } catch {
    return undefined
  }
}
