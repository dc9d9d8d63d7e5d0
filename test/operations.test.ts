import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { DOCKER_SETTINGS, OUTSIDE_DOCKER } from '../src/settings.ts'

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

it('with Docker, .env says all settings but those that belong to the container', () => {
  const compose = read('docker-compose.yml')
  expect(compose).toContain('env_file: [{ path: .env, required: false }]')
  const [, box = ''] = /^ {2}box:\n(.*?)^ {2}nginx:/ms.exec(compose) ?? []
  const given = [...box.matchAll(/^ {6}(BOX_\w+): (.*)$/gm)]
  // One of .env that is in the list as well counts only if it is handed over there.
  const fixed = given.filter(([, name, value]) => !value?.includes(`\${${name}:-`))
  expect(fixed.map(([, name]) => name).toSorted()).toEqual(OUTSIDE_DOCKER.toSorted())
})

it('with Docker, the box gets its settings alone, and nginx none of them', () => {
  const compose = read('docker-compose.yml')
  for (const { env } of DOCKER_SETTINGS) expect(compose).toContain(`\${${env}:-`)
  const [, nginx = ''] = /^ {2}nginx:\n(.*?)^volumes:/ms.exec(compose) ?? []
  expect(nginx).toContain('environment:')
  expect(nginx).not.toContain('env_file')
})
