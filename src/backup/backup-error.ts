/** Why a backup or restore was not done: a sentence for the person who asked for it, with what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

/** The error itself or, if it is a common one, what it means for whoever asked. */
export function explained(error: unknown, howToMakeRoom: string): unknown {
  if (!(error instanceof Error) || error instanceof BackupError) return error
  if (error.name === 'AbortError') {
    return new BackupError('it was stopped before it was done: try again', { cause: error })
  }
  switch ('code' in error && error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return new BackupError(`the disk is full: ${howToMakeRoom}`, { cause: error })
    case 'EPIPE':
      return new BackupError('whoever took the backup is gone: try again', { cause: error })
    default:
      return error
  }
}
