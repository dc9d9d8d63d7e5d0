import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface LockedPackage {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const locked = Object.entries<LockedPackage>(read('package-lock.json').packages).filter(
  ([path]) => path !== '',
)
const whereThat = (isSo: (locked: LockedPackage) => boolean) =>
  locked.filter(([, each]) => isSo(each)).map(([path]) => path)

it('names a checksum for each package, so that no other bytes are installed', () => {
  expect(locked.length).toBeGreaterThan(0)
  expect(whereThat(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))).toEqual([])
})

it('names no registry: packages come from the one that npm is set to', () => {
  expect(whereThat(({ resolved, link }) => resolved !== undefined || link === true)).toEqual([])
})

it('has no package that wants to run a script when it is installed', () => {
  expect(whereThat(({ hasInstallScript }) => hasInstallScript === true)).toEqual([])
  expect(readFileSync(new URL('../.npmrc', import.meta.url), 'utf8')).toMatch(
    /^ignore-scripts=true$/m,
  )
})

it('has one version of each direct dependency, the very one', () => {
  const { dependencies, devDependencies, optionalDependencies } = read('package.json')
  const wanted: Record<string, string> = {
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  }
  const versions = new Map(locked.map(([path, { version }]) => [path, version]))
  for (const [name, version] of Object.entries(wanted)) {
    // A package under another name is `npm:<package>@<version>`.
    const exact = version.replace(/^npm:.+@/, '')
    expect([name, versions.get(`node_modules/${name}`)]).toEqual([name, exact])
  }
})

it('docs/security.md says which Node is brought along', () => {
  const page = readFileSync(new URL('../docs/security.md', import.meta.url), 'utf8')
  const nodes: Record<string, string> = read('package.json').optionalDependencies
  for (const [name, version] of Object.entries(nodes)) {
    expect(page).toMatch(new RegExp(`\\| \`${name}\` +\\| ${version.replaceAll('.', '\\.')} \\|`))
  }
})

it('has the packages of the template in the very versions that the template names', () => {
  const { dependencies, devDependencies, overrides } = read('template/package.json')
  const versions = new Map(locked.map(([path, { version }]) => [path, version]))
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect([name, versions.get(`node_modules/${name}`)]).toEqual([name, version])
  }
  expect(read('package.json').overrides).toMatchObject(overrides)
})
