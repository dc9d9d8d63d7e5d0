import { mkdtempSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { BenchBox } from './box.ts'
import type { Contender, Contestant } from './contender.ts'
import { freePort } from './free-port.ts'
import { nginxFiles } from './nginx-files.ts'
import { familyOf } from './process-usage.ts'
import { ServerProcess } from './server-process.ts'

const NODE_DIR = dirname(process.execPath)

/** What is started to compare the box with. */
export interface Reference {
  /** for the report */
  readonly name: string
  /** for the shell; `{port}` and `{dir}` stand for a free port and an empty folder */
  readonly command: string
  /** where its web sockets are, e.g. `/reflector` */
  readonly reflectorPath: string
  /** where its files are, if it has any: otherwise nginx stands in for them */
  readonly filesPath: string | undefined
}

/** The box with its default settings. @param dir folder for the data of its processes */
export function boxContender(dir: string, nodeOptions: readonly string[] = []): Contender {
  return {
    name: 'box',
    start: () =>
      startIn(dir, ({ port, folder }) => ({
        process: new BenchBox(port, folder, { BOX_LOG_LEVEL: 'info' }, nodeOptions),
        reflectorPath: '/reflector/',
        filesPath: '/files',
      })),
  }
}

export function referenceContender(dir: string, reference: Reference): Contender {
  const { command, reflectorPath, filesPath } = reference
  const startServer = () =>
    startIn(dir, ({ port, folder }) => ({
      process: shellProcess(port, folder, command),
      reflectorPath: `${reflectorPath}/`,
      filesPath,
    }))
  return {
    name: 'reference',
    start: async (part) =>
      part === 'files' && filesPath === undefined ? await startNginx(dir) : await startServer(),
  }
}

async function startNginx(dir: string): Promise<Contestant | undefined> {
  const nginx = nginxFiles()
  if (!nginx) return undefined
  return await startIn(dir, ({ port, folder }) => ({
    process: nginx.start(port, folder),
    reflectorPath: '/',
    filesPath: nginx.path,
  }))
}

function shellProcess(port: number, folder: string, command: string): ServerProcess {
  const line = command.replaceAll('{port}', String(port)).replaceAll('{dir}', folder)
  return new ServerProcess(port, {
    program: '/bin/sh',
    args: ['-c', `exec ${line}`],
    // So that `node` in it is this Node.
    env: { ...process.env, PATH: `${NODE_DIR}${delimiter}${process.env.PATH}`, PORT: String(port) },
  })
}

interface Place {
  readonly port: number
  /** empty, and its own */
  readonly folder: string
}

interface Started {
  readonly process: ServerProcess
  readonly reflectorPath: string
  readonly filesPath: string | undefined
}

async function startIn(dir: string, start: (place: Place) => Started): Promise<Contestant> {
  const folder = mkdtempSync(join(dir, 'contest-'))
  const port = await freePort()
  const { process, reflectorPath, filesPath } = start({ port, folder })
  const stop = async () => {
    await process.stop('SIGKILL')
    rmSync(folder, { recursive: true })
  }
  try {
    await process.ready()
  } catch (error) {
    await stop()
    throw error
  }
  const pids = () => familyOf(process.pid)
  return { target: { port, reflectorPath, filesPath, pids }, process, stop }
}
