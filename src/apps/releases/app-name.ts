import { DeployError, quoted } from './deploy-error.ts'

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/
/** On Windows no folder can be called so, and a backup has to fit there, too. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/

/**
 * The name of an app: it is that of its folder, and in its address.
 * @throws {DeployError} if no app can be called so
 */
export function parseAppName(text: string): string {
  if (!NAME.test(text)) {
    throw new DeployError(
      400,
      `an app cannot be called ${quoted(text)}: use small letters a to z, digits and hyphens, 64 at most, a letter or digit first`,
    )
  }
  if (isReserved(text)) {
    throw new DeployError(400, `"${text}" is reserved, for devices on Windows: use another name`)
  }
  return text
}

/** Whether a folder of the disk can be that of an app. */
export function isAppName(text: string): boolean {
  return NAME.test(text) && !isReserved(text)
}

function isReserved(name: string): boolean {
  return DEVICE.test(name)
}
