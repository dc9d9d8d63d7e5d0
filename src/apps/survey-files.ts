import type { Stats } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { extname, join, posix } from 'node:path'
import { isPage, isScript } from './adaptable.ts'
import { statOf } from './existing.ts'
import { isImageName } from './image-facts.ts'

/** How much of an app is looked at, in this order: what is near its top, pages before scripts before styles. */
const MOST_FILES = 3000
const MOST_FILE_BYTES = 16_000_000
const MOST_BYTES = 64_000_000
/** How much of its folder is looked through for that. More than an app can have that is deployed. */
const MOST_NAMES = 50_000
const MOST_DEPTH = 16

const STYLE = /^\.css$/i
/** Not read with the others, but what they say is seen: icons and pictures. */
const MANIFEST = /(?:^|\/)manifest\.json$|\.webmanifest$|^app\.json$/i
/** Of so many images, those nearest to the top, another one of the same name is noticed. */
const MOST_IMAGES = 100

export interface SurveyFile {
  /** within the app, with slashes */
  readonly path: string
  readonly stats: Stats
}

export interface SurveyFiles {
  /** what is to be read: pages, scripts and styles */
  readonly read: readonly SurveyFile[]
  /** likewise, but there is no room for them */
  readonly tooLong: readonly SurveyFile[]
  /** all that a survey depends on, a line for each */
  readonly lines: readonly string[]
}

/** Finds what is read of an app. What else lies there, and in which order the disk has it, changes nothing. */
export async function findSurveyFiles(root: string): Promise<SurveyFiles> {
  const names = await namesIn(root)
  const wanted = names.filter((path) => rankOf(path) !== undefined).toSorted(byRank)
  const [read, tooLong]: [SurveyFile[], SurveyFile[]] = [[], []]
  const images = names.filter(isImageName).toSorted(byDepth).slice(0, MOST_IMAGES)
  const looked = new Set([...images, ...names.filter(isManifest).slice(0, MOST_FILES)])
  const lines = names.filter((path) => rankOf(path) === undefined && !looked.has(path))
  let bytes = 0
  for (const path of wanted.slice(0, MOST_FILES)) {
    const stats = await statOf(join(root, path))
    if (!stats) continue
    lines.push(lineOf(path, stats))
    const isTooLong = stats.size > MOST_FILE_BYTES || bytes + stats.size > MOST_BYTES
    if (!isTooLong) bytes += stats.size
    const list = isTooLong ? tooLong : read
    list.push({ path, stats })
  }
  for (const path of looked) {
    const stats = await statOf(join(root, path))
    if (stats) lines.push(lineOf(path, stats))
  }
  return { read, tooLong, lines: lines.toSorted() }
}

/** Level by level, so that what lies deep in an app that is too large is what is left out. */
async function namesIn(root: string): Promise<string[]> {
  const names: string[] = []
  let folders = ['']
  for (let depth = 0; depth <= MOST_DEPTH; depth += 1) {
    const below: string[] = []
    for (const folder of folders.toSorted()) {
      const most = MOST_NAMES - names.length - below.length
      for (const { path, isFolder } of await entriesIn(root, folder, most)) {
        if (isFolder) below.push(path)
        else names.push(path)
      }
    }
    folders = below
  }
  return names
}

async function entriesIn(root: string, folder: string, most: number) {
  const found: { path: string; isFolder: boolean }[] = []
  if (most <= 0) return found
  for await (const entry of await opendir(join(root, folder))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (!entry.isFile() && !entry.isDirectory()) continue
    found.push({ path: posix.join(folder, entry.name), isFolder: entry.isDirectory() })
    if (found.length >= most) break
  }
  return found
}

function isManifest(path: string): boolean {
  return MANIFEST.test(path)
}

/** The smaller, the sooner it is read; undefined: it is not. */
function rankOf(path: string): number | undefined {
  if (isPage(path)) return 0
  if (isScript(path)) return 1
  return STYLE.test(extname(path)) ? 2 : undefined
}

function byRank(a: string, b: string): number {
  const rank = (path: string) => depthOf(path) * 3 + (rankOf(path) ?? 0)
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}

function byDepth(a: string, b: string): number {
  return depthOf(a) - depthOf(b) || (a < b ? -1 : 1)
}

function depthOf(path: string): number {
  return path.split('/').length - 1
}

function lineOf(path: string, { mtimeMs, size }: Stats): string {
  return `${path}\n${mtimeMs}\n${size}`
}
