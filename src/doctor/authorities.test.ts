import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sampleCertificate } from '../../test/support/sample-certificate.ts'
import { addressOf } from './address.ts'
import { authoritiesAt, authoritiesIn } from './authorities.ts'

it('the authority of a box is in its folder, without those that were replaced', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'doctor-authorities-'))
  try {
    expect(await authoritiesIn(dir)).toEqual([])
    const { authority, key, certificate } = await sampleCertificate()
    await mkdir(join(dir, 'ca'))
    await writeFile(join(dir, 'ca/authority.pem'), `${authority}\n${key}\n`)
    await writeFile(join(dir, 'ca/authority.pem.replaced-2027'), certificate)
    expect(await authoritiesIn(dir)).toEqual([authority])
  } finally {
    await rm(dir, { recursive: true })
  }
})

it('that of a box elsewhere is what it tells every device', async () => {
  const { authority } = await sampleCertificate()
  const { raw } = new X509Certificate(authority)
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/box/trust/ca.crt' || url === '/odd/trust/ca.crt' ? 200 : 404
    response.end(url?.startsWith('/odd/') ? 'a page' : raw)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const at = (path: string) => authoritiesAt(addressOf(`http://127.0.0.1:${port}${path}`))
  const [found = ''] = await at('/box/')
  expect(new X509Certificate(found).raw.equals(raw)).toBe(true)
  expect(await at('/odd/')).toEqual([])
  expect(await at('/none/')).toEqual([])
  server.close()
})
