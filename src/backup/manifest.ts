import { RECORD_NAME } from '../apps/releases/app-path.ts'
import { BackupError } from './backup-error.ts'
import {
  APPS_NAME,
  DATABASE_NAME,
  OWN_FOLDERS,
  type OwnFolder,
  UPLOADS_NAME,
} from './box-folder.ts'
import type { Checksum } from './checksum.ts'

export const MANIFEST_NAME = 'manifest.json'
/** Of the layout of the tar and the manifest; a program reads its own and those before it. */
export const FORMAT = 3

/** One file in a backup. */
export interface ManifestFile extends Checksum {
  /** below the folder of its kind */
  readonly path: string
}

/** What is in a backup: its last entry. Format 1 has no `access`, nor format 2 a `ca` or `apps`. */
export interface Manifest extends Partial<Record<OwnFolder, readonly ManifestFile[]>> {
  readonly format: number
  /** ISO 8601, UTC */
  readonly createdAt: string
  /** of the program that made the backup */
  readonly programVersion: string
  readonly schemaVersion: number
  readonly database: Checksum
  readonly files: readonly ManifestFile[]
  /** of the folder with the hosted apps */
  readonly apps?: readonly ManifestFile[]
  /** paths of files that the database lists and that were not on the disk */
  readonly missing: readonly string[]
}

/** @throws {BackupError} if it is none, or one that only a newer program can read */
export function parseManifest(text: string, knownSchemaVersion: number): Manifest {
  const manifest = parsed(text)
  if (!isRecord(manifest) || !isCount(manifest.format)) throw broken()
  const { format, programVersion, schemaVersion } = manifest
  if (format > FORMAT) throw newer(`format ${format}`, `format ${FORMAT}`, programVersion)
  if (isCount(schemaVersion) && schemaVersion > knownSchemaVersion) {
    throw newer(`schema ${schemaVersion}`, `schema ${knownSchemaVersion}`, programVersion)
  }
  if (!isManifest(manifest)) throw broken()
  return manifest
}

/**
 * Compares what the manifest says with what was found.
 * @param found by their names in the tar
 * @throws {BackupError} naming the first difference
 */
export function verifyEntries(manifest: Manifest, found: ReadonlyMap<string, Checksum>): void {
  const named = new Map<string, Checksum>([[DATABASE_NAME, manifest.database]])
  for (const file of manifest.files) named.set(`${UPLOADS_NAME}/${file.path}`, file)
  for (const folder of [...OWN_FOLDERS, APPS_NAME] as const) {
    for (const file of manifest[folder] ?? []) named.set(`${folder}/${file.path}`, file)
  }
  for (const [name, { bytes, sha256 }] of named) {
    const entry = found.get(name)
    if (!entry) throw new BackupError(`${name} is missing from the backup: use another one`)
    if (entry.bytes !== bytes || entry.sha256 !== sha256) {
      throw new BackupError(`${name} is damaged in the backup: use another one`)
    }
  }
  for (const name of found.keys()) {
    if (named.has(name)) continue
    throw new BackupError(`${name} is in the backup and not in its manifest: use another one`)
  }
}

/** How many apps it has. */
export function appsIn({ apps = [] }: Manifest): number {
  return apps.filter(({ path }) => path.split('/')[1] === RECORD_NAME).length
}

/** Of the database, the files and the apps. */
export function bytesIn({ database, files, apps = [] }: Manifest): number {
  return [...files, ...apps].reduce((sum, { bytes }) => sum + bytes, database.bytes)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BackupError(broken().message, { cause })
  }
}

function broken(): BackupError {
  return new BackupError(`the backup's ${MANIFEST_NAME} is damaged: use another backup`)
}

function newer(made: string, known: string, programVersion: unknown): BackupError {
  return new BackupError(
    `the backup was made by version ${programVersion} of the box (${made}), and this one knows up to ` +
      `${known}: restore it with version ${programVersion} or newer`,
  )
}

function isManifest(value: object): value is Manifest {
  const manifest: Partial<Record<keyof Manifest, unknown>> = value
  return (
    typeof manifest.createdAt === 'string' &&
    typeof manifest.programVersion === 'string' &&
    isCount(manifest.schemaVersion) &&
    isChecksum(manifest.database) &&
    isFiles(manifest.files) &&
    OWN_FOLDERS.every((folder) => isFiles(manifest[folder] ?? [])) &&
    isFiles(manifest.apps ?? []) &&
    Array.isArray(manifest.missing) &&
    manifest.missing.every((path) => typeof path === 'string')
  )
}

function isFiles(value: unknown): boolean {
  return Array.isArray(value) && value.every(isFile)
}

function isFile(file: unknown): boolean {
  return isChecksum(file) && typeof file.path === 'string'
}

function isChecksum(value: unknown): value is Record<keyof ManifestFile, unknown> {
  return isRecord(value) && isCount(value.bytes) && typeof value.sha256 === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
