import type { FileStore } from './file-store.ts'
import type { UploadLimits } from './upload-limits.ts'

/** What uploads need, whichever way they come. */
export interface UploadParts {
  readonly store: FileStore
  readonly limits: UploadLimits
}
