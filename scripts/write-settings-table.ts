import { readFileSync, writeFileSync } from 'node:fs'
import { withSettingsTable } from './settings-table.ts'

// Brings the README's table of settings up to date.

const README = new URL('../README.md', import.meta.url)
writeFileSync(README, withSettingsTable(readFileSync(README, 'utf8')))
