import { SETTINGS } from '../src/settings.ts'

const BEGIN = '<!-- settings: made by `npm run docs` -->\n'
const END = '<!-- end of settings -->'

/** docs/settings.md with its table as config.ts has it. */
export function withSettingsTable(document: string): string {
  const [before, rest] = document.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined)
    throw new Error('docs/settings.md has no place for it')
  const rows = Object.values(SETTINGS).map(
    (setting) => `| \`${setting.env}\` | \`${setting.default}\` | ${setting.help} |\n`,
  )
  const table = `| variable | default | meaning |\n|---|---|---|\n${rows.join('')}`
  return `${before}${BEGIN}${table}${END}${after}`
}
