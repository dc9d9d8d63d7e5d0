// Little is imported here, so that the ports are open at once: see Listener. The rest comes later.
import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { type Config, ConfigError, readConfig } from './config.ts'
import { Listener, type Listeners } from './system/listener.ts'

/** Below `BOX_FILES_DIR`: the program as it was compiled the last time, which halves the time of a start. */
const COMPILE_CACHE_DIR = 'cache'
/** Threads that files are read and written by: a commit must find one free, whatever else the disk has to do. */
const FILE_THREADS = 16

// Read when the first of them is needed.
process.env.UV_THREADPOOL_SIZE ??= String(FILE_THREADS)

const config = configOrExit()
const listeners = await listen(config)
keepCompiled(config)
const { run } = await import('./run.ts')
await run(config, listeners)

function configOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

async function listen({ host, port, adminPort }: Config): Promise<Listeners> {
  try {
    return {
      apps: await Listener.open({ host, port, setting: 'BOX_PORT' }),
      admin: await Listener.open({ host, port: adminPort, setting: 'BOX_ADMIN_PORT' }),
    }
  } catch (error) {
    console.error(`The box could not start: ${(error as Error).message}`)
    process.exit(1)
  }
}

/** A folder that cannot be written to is no reason not to start. */
function keepCompiled({ filesDir }: Config): void {
  const { directory } = enableCompileCache(join(resolve(filesDir), COMPILE_CACHE_DIR))
  // The journal's thread learns of it by the environment.
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory
}
