import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')

it('the image has the scripts that docs/operations.md runs in it', () => {
  const docs = read('docs/operations.md')
  const scripts = new Set([...docs.matchAll(/node (scripts\/[\w-]+\.ts)/g)].map(([, path]) => path))
  expect(scripts.size).toBeGreaterThan(2)
  const copied = read('Dockerfile')
    .match(/^COPY (.*) scripts\/$/m)?.[1]
    ?.split(' ')
  const sent = read('.dockerignore').split('\n')
  for (const script of scripts) {
    expect(copied).toContain(script)
    expect(sent).toContain(`!${script}`)
  }
})

it('Docker gets the settings that docs/operations.md says can be set there', () => {
  const [, list = ''] =
    /With Docker write them.*?```\n(.*?)```/s.exec(read('docs/operations.md')) ?? []
  const names = list.split('\n').flatMap((line) => line.split('=', 1).filter(Boolean))
  expect(names).toContain('BOX_DURABILITY')
  const used = new Set(read('docker-compose.yml').match(/(?<=\$\{)BOX_\w+/g))
  for (const name of names) expect(used).toContain(name)
})
