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

it('the README is short, in lines and in length', () => {
  const lines = read('../README.md').trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(115)
  const prose = lines.filter((line) => !/^[![]|^- /.test(line))
  expect(prose.filter((line) => line.length > 100)).toEqual([])
})

it('pages and sections that the README and docs/install.md link to are there', () => {
  for (const page of ['README.md', 'docs/install.md']) {
    const targets = [...read(`../${page}`).matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)]
    expect(targets.length).toBeGreaterThan(3)
    for (const [, path = '', section] of targets) {
      const text = readFileSync(new URL(path, new URL(`../${page}`, import.meta.url)), 'utf8')
      const sections = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title))
      if (section !== undefined) expect(sections).toContain(section)
    }
  }
})

it('commands that the README and docs/install.md name are there', () => {
  const { scripts } = JSON.parse(read('../package.json'))
  for (const page of ['../README.md', '../docs/install.md']) {
    for (const [, name] of read(page).matchAll(/npm run ([\w-]+)/g)) {
      expect(scripts).toHaveProperty([name ?? ''])
    }
  }
})

/** As GitHub makes it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
