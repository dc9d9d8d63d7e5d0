/** What whoever started the bench has to mend: told without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
