import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { DeployFailure } from './deploy-failure.ts'

/**
 * The certificate of an authority, PEM or DER, as PEM.
 * @throws {DeployFailure} if there is none in the file
 */
export async function readAuthority(path: string): Promise<string> {
  try {
    return new X509Certificate(await readFile(path)).toString()
  } catch (cause) {
    const reason = (cause as Error).message
    throw new DeployFailure(`${path} is no certificate that can be read (${reason})`, { cause })
  }
}
