import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withSettingsTable } from '../scripts/settings-table.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the README lists the settings as they are; `npm run docs` writes them', () => {
  expect(withSettingsTable(readme)).toBe(readme)
})

it('the README is short', () => {
  expect(readme.split('\n').length).toBeLessThan(150)
})
