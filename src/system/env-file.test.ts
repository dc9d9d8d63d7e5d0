import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseEnvFile, readEnvFile } from './env-file.ts'

const valuesOf = (text: string) => parseEnvFile(text, '.env').values
const problemsOf = (text: string) => parseEnvFile(text, '.env').problems

it.each([
  ['BOX_PORT=9000', '9000'],
  ['  BOX_PORT = 9000  ', '9000'],
  ['export BOX_PORT=9000', '9000'],
  ['BOX_PORT=9000 # of the box', '9000'],
  ['BOX_PORT=', ''],
  ['BOX_PORT= # the usual one', ''],
  ['BOX_PORT=a#b', 'a#b'],
  ["BOX_PORT=it's", "it's"],
  ['BOX_PORT=D:\\box', 'D:\\box'],
  ["BOX_PORT='9 # $x \\'", '9 # $x \\'],
  ["BOX_PORT='9' # of the box", '9'],
  ['BOX_PORT="two words"', 'two words'],
  ['BOX_PORT=a=b', 'a=b'],
])('%s', (line, value) => {
  expect(parseEnvFile(line, '.env')).toMatchObject({ values: { BOX_PORT: value }, problems: [] })
})

it('lines may end as in Windows, the file may begin with a mark, and the last of two counts', () => {
  const text = '\uFEFFBOX_PORT=1\r\n\r\n# a comment\r\nBOX_PORT=2\r\nBOX_HOST=::'
  expect(valuesOf(text)).toEqual({ BOX_PORT: '2', BOX_HOST: '::' })
  expect(parseEnvFile(text, '.env').lines.get('BOX_PORT')).toBe(4)
})

it.each([
  ['BOX_HOSTNAMES 192.168.1.20', '.env, line 1: this is no setting, which is like BOX_HOSTNAMES='],
  ['BOX-PORT=1', '.env, line 1: this is no setting'],
  ['\nBOX_PASSPHRASE=se$cret', '.env, line 2: put the value of BOX_PASSPHRASE in single quotes'],
  ['BOX_PASSPHRASE="se\\ncret"', '.env, line 1: put the value of BOX_PASSPHRASE in single quotes'],
  ["BOX_PASSPHRASE='secret", '.env, line 1: the quotes around the value of BOX_PASSPHRASE do not'],
  ["BOX_PASSPHRASE='secret' x", '.env, line 1: the quotes around the value of BOX_PASSPHRASE do'],
])('%j is refused, and no secret is said', (text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringContaining(problem)])
  expect(problemsOf(text).join()).not.toMatch(/cret/)
})

it('a file that Windows PowerShell has made is named as such', () => {
  expect(problemsOf('B\0O\0X\0')).toEqual([expect.stringContaining('.env is not saved as UTF-8')])
})

it('the usual file need not be there, one that is named has to be', () => {
  const dir = mkdtempSync(join(tmpdir(), 'env-file-'))
  try {
    expect(readEnvFile(devNull)).toMatchObject({ values: {}, problems: [] })
    const path = join(dir, 'settings')
    const problem = expect.stringMatching(/settings, the file of settings, cannot be read \(ENOENT/)
    expect(readEnvFile(path).problems).toEqual([problem])
    writeFileSync(path, 'BOX_PORT=9000')
    expect(readEnvFile(path)).toMatchObject({ path, values: { BOX_PORT: '9000' }, problems: [] })
  } finally {
    rmSync(dir, { recursive: true })
  }
})
