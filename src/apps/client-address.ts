import { CROQUET_WITH_DEFAULT } from './own-paths.ts'

/** What a CDN gives for an address: something for `<script>`, or a module. */
type Build = 'script' | 'module' | 'module with default'

/** A client library, and which of its files are the builds that a browser needs nothing else for. */
interface ClientLibrary {
  readonly script: string
  readonly module: string
  /** Made of CommonJS by a CDN, it is a module with a default export. */
  readonly isCommonJs: boolean
}

const CLIENTS: Readonly<Record<string, ClientLibrary>> = {
  '@croquet/croquet': {
    script: 'pub/croquet.min.js',
    module: 'pub/croquet.esm.js',
    isCommonJs: true,
  },
  '@multisynq/client': {
    script: 'bundled/multisynq-client.min.js',
    module: 'bundled/multisynq-client.esm.js',
    isCommonJs: false,
  },
}

/** A package at a CDN: what is before it in host and path, and whether all that comes from there is a module. */
const CDNS: ReadonlyArray<readonly [before: RegExp, isModule: boolean]> = [
  [/^(?:cdn|fastly|gcore)\.jsdelivr\.net\/(?:combine\/)?npm\//, false],
  [/^(?:www\.)?unpkg\.com\//, false],
  [/^esm\.run\//, true],
  [/^esm\.sh\/(?:v\d+\/|stable\/)?\*?/, true],
]
/** Where the makers of the client had it. */
const SDK = /^croquet\.io\/sdk\/croquet-[\w.-]*\.js$/
const PACKAGE = /^(@[\w-]+\/[\w-]+)(?:@[^/,]+)?(?:\/([^,]*))?$/

/** Text that has none of these names no client library. */
export const CLIENT_NAME = /@croquet\/croquet|@multisynq\/client|croquet\.io\/sdk\//

/** Versions of the client libraries that the box has, by the names of their packages. */
export type ClientVersions = Readonly<Record<string, string>>

/**
 * Where the box has what a CDN gives for an address: a path from the box's root. Whatever version
 * was asked for, it is the one that is here.
 * @returns undefined if the address leads to no client library
 */
export function ownClientAt(address: string, versions: ClientVersions): string | undefined {
  if (!CLIENT_NAME.test(address)) return undefined
  const url = URL.parse(address, 'https://relative.invalid')
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const found = findClient(url)
  if (!found) return undefined
  const { name, build } = found
  const version = versions[name]
  const library = CLIENTS[name]
  if (version === undefined || !library) return undefined
  if (build === 'module with default' && library.isCommonJs) return CROQUET_WITH_DEFAULT
  return `/lib/${name}@${version}/${build === 'script' ? library.script : library.module}`
}

function findClient(url: URL): { readonly name: string; readonly build: Build } | undefined {
  const place = url.hostname + url.pathname
  if (SDK.test(place)) return { name: '@croquet/croquet', build: 'script' }
  for (const [before, isModule] of CDNS) {
    if (!before.test(place)) continue
    const [, name = '', file = ''] = PACKAGE.exec(place.replace(before, '')) ?? []
    // What ends in a slash stands for all files of the package.
    if (place.endsWith('/')) return undefined
    const build = buildOf(file, isModule || url.searchParams.has('module'))
    return build && { name, build }
  }
  return undefined
}

/** @param file of a package, as an address names it; "": its usual one */
function buildOf(file: string, isModule: boolean): Build | undefined {
  if (file === '') return isModule ? 'module with default' : 'script'
  if (file === '+esm') return 'module with default'
  if (/(\.esm\.js|\.mjs|\/\+esm)$/.test(file)) return 'module'
  if (!/\.js$/.test(file) || file.startsWith('cjs/')) return undefined
  return isModule ? 'module' : 'script'
}
