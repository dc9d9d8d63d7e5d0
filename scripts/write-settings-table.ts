import { readFileSync, writeFileSync } from 'node:fs'
import { withSettingsTable } from './settings-table.ts'

// Brings the table of settings in docs/settings.md up to date.

const DOCUMENT = new URL('../docs/settings.md', import.meta.url)
writeFileSync(DOCUMENT, withSettingsTable(readFileSync(DOCUMENT, 'utf8')))
