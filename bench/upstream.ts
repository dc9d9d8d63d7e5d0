import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import type { Reference } from './contenders.ts'
import { UsageError } from './usage-error.ts'

/** The line of its source that says where it listens, and what is put in its place. */
const FIXED_PORT = /^const PORT = \d+;/m
const PORT_OF_ENVIRONMENT = 'const PORT = Number(process.env.PORT);'
const OPTIONS = '--standalone --storage=none --no-loglatency'

/**
 * Upstream's reflector as it is, but for its port. That is changed in a copy; its own folder is left alone.
 * @param source `packages/reflector` of its repository, with its packages installed
 * @param dir where the copy is put
 */
export function upstreamReference(source: string, dir: string): Reference {
  const [script, manifest, packages] = ['reflector.js', 'package.json', 'node_modules']
  if (![script, packages].every((name) => existsSync(join(source, name)))) {
    throw new UsageError(
      `${source} is not packages/reflector of a checkout of croquet/croquet after "npm ci --ignore-scripts"`,
    )
  }
  const text = readFileSync(join(source, script), 'utf8')
  if (!FIXED_PORT.test(text))
    throw new UsageError(`${source}: the line with its port was not found`)
  const copy = join(dir, 'upstream')
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  writeFileSync(join(copy, script), text.replace(FIXED_PORT, PORT_OF_ENVIRONMENT))
  copyFileSync(join(source, manifest), join(copy, manifest))
  symlinkSync(resolve(source, packages), join(copy, packages))
  const { version } = JSON.parse(readFileSync(join(source, manifest), 'utf8')) as {
    version: string
  }
  return {
    name: `upstream's reflector ${version}`,
    command: `'${process.execPath}' '${join(copy, script)}' ${OPTIONS}`,
    reflectorPath: '/reflector',
    filesPath: undefined,
  }
}
