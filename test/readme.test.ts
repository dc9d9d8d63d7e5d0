import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { envExample, withSettingsTable } from '../scripts/settings-table.ts'
import { loadConfig } from '../src/config.ts'
import { DOCKER_SETTINGS, SETTINGS } from '../src/settings.ts'
import { parseEnvFile } from '../src/system/env-file.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

it('docs/settings.md lists the settings as they are; `npm run docs` writes them', () => {
  const settings = read('../docs/settings.md')
  expect(withSettingsTable(settings)).toBe(settings)
})

it('.env.example lists the settings as they are, and sets none; `npm run docs` writes it', () => {
  const example = read('../.env.example')
  expect(example).toBe(envExample())
  expect(parseEnvFile(example, '.env.example')).toMatchObject({ values: {}, problems: [] })
  const allSet = parseEnvFile(example.replace(/^#(?=BOX_)/gm, ''), '.env.example')
  const known = [...Object.values(SETTINGS), ...DOCKER_SETTINGS].map(({ env }) => env)
  expect(Object.keys(allSet.values).toSorted()).toEqual(
    known.filter((name) => name !== 'BOX_ENV_FILE').toSorted(),
  )
  expect(() => loadConfig({}, allSet)).not.toThrow()
})

it('the README is short', () => {
  expect(read('../README.md').split('\n').length).toBeLessThan(150)
})
