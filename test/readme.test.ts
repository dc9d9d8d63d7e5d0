import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withSettingsTable } from '../scripts/settings-table.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

it('docs/settings.md lists the settings as they are; `npm run docs` writes them', () => {
  const settings = read('../docs/settings.md')
  expect(withSettingsTable(settings)).toBe(settings)
})

it('the README is short', () => {
  expect(read('../README.md').split('\n').length).toBeLessThan(150)
})
