import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, '../../nginx/make-certificate.sh')

/**
 * Runs the script that nginx's container starts with; resolves with the PEM file it leaves in `dir`.
 * @param names as `BOX_CERT_NAMES` has them
 */
export async function makeCertificate(dir: string, names = ''): Promise<string> {
  const env = { ...process.env, NGINX_CERTIFICATE_DIR: dir, BOX_CERT_NAMES: names }
  await run('sh', [SCRIPT], { env })
  return readFile(join(dir, 'box.pem'), 'utf8')
}
