import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Workshop } from './workshop.ts'

const VERSIONS = { '@croquet/croquet': '2.0.4' }

let dir: string
let workshop: Workshop

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'app-'))
  workshop = new Workshop()
})

afterEach(async () => {
  await workshop.close()
  await rm(dir, { recursive: true })
})

function served(name: string) {
  const place = { path: `/apps/a/${name}`, start: '/apps/a/' }
  return { file: join(dir, name), root: dir, versions: VERSIONS, ...place }
}

test('what fails leaves the other jobs alone', async () => {
  await writeFile(join(dir, 'a.js'), 'import "https://esm.sh/@croquet/croquet"')
  const missing = workshop.adapt(served('missing.js'))
  const there = workshop.adapt(served('a.js'))
  await expect(missing).rejects.toThrow('ENOENT')
  expect(String(Buffer.from((await there)?.body ?? []))).toBe(
    'import "../../apps/croquet-with-default.js"',
  )
})

test('what takes too long is given up, and what waits behind it is not', async () => {
  const impatient = new Workshop(2000)
  await writeFile(join(dir, 'slow.html'), '<div>'.repeat(2_500_000))
  await writeFile(join(dir, 'a.js'), 'import "https://esm.sh/@croquet/croquet"')
  const given = expect(impatient.adapt(served('slow.html'))).rejects.toThrow('longer than 2000 ms')
  const next = await impatient.adapt(served('a.js'))
  expect(String(Buffer.from(next?.body ?? []))).toContain('croquet-with-default')
  await given
  await impatient.close()
})

test('closing gives up what is under way, and can be done twice', async () => {
  const job = workshop.survey(dir, VERSIONS, undefined)
  const given = expect(job).rejects.toThrow('the box is being stopped')
  await workshop.close()
  await workshop.close()
  await given
})

test('after that, the next job has a new thread', async () => {
  await workshop.survey(dir, VERSIONS, undefined)
  await workshop.close()
  expect(await workshop.survey(dir, VERSIONS, undefined)).toMatchObject({ needs: [] })
})
