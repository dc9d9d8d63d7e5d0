import type { AppRelease } from './app-record.ts'

/** An app that the box hosts. */
export interface HostedApp {
  readonly name: string
  /** what visitors get */
  readonly active: AppRelease
  /** all that are kept, the active one among them, the newest first */
  readonly releases: readonly AppRelease[]
  /** of its own origin; undefined: there is none for it */
  readonly port: number | undefined
}

/** The apps as those see them who serve and list them. */
export interface HostedApps {
  /** Absolute path of the folder with what visitors get now; undefined: there is no such app. Looked up in memory. */
  activeFolder(name: string): string | undefined
  /** By name. */
  list(): readonly HostedApp[]
  /**
   * Has somebody told, by name, of each app that was deployed, deleted, or has another release active.
   * @returns ends that
   */
  onChange(listener: (name: string) => void): () => void
}
