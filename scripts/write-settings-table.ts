import { readFileSync, writeFileSync } from 'node:fs'
import { envExample, withSettingsTable } from './settings-table.ts'

// Brings the table of settings in docs/settings.md up to date, and .env.example.

const DOCUMENT = new URL('../docs/settings.md', import.meta.url)
writeFileSync(DOCUMENT, withSettingsTable(readFileSync(DOCUMENT, 'utf8')))
writeFileSync(new URL('../.env.example', import.meta.url), envExample())
