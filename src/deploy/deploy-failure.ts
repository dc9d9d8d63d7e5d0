/** Why something was not done: a sentence for the person who asked for it, with what to do. */
export class DeployFailure extends Error {
  override readonly name = 'DeployFailure'
}
