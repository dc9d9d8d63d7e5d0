import { expect, it } from 'vitest'
import { type BoxLook, findingOfBox } from './box-state.ts'

const RUNNING: BoxLook = {
  url: 'http://127.0.0.1:8888/',
  port: 8888,
  reach: { tag: 'box', ms: 2 },
  isLocked: true,
  listener: 'node (process 4711)',
  portTrouble: undefined,
  missing: [],
}
const SILENT = {
  reach: { tag: 'none', code: 'ECONNREFUSED', reason: 'nothing listens there' },
} as const
const STOPPED: BoxLook = { ...RUNNING, ...SILENT, isLocked: false, listener: '' }
const IN_USE = 'port 8888 is in use: stop the program that uses it, or set BOX_PORT to another port'

it.each<[what: string, look: BoxLook, status: string, text: string, advice: string]>([
  ['one that runs', RUNNING, 'ok', 'runs at http://127.0.0.1:8888/, as node (process 4711)', ''],
  [
    'one that cannot store',
    { ...RUNNING, missing: ['the store'] },
    'problem',
    'waits for the store',
    'log',
  ],
  [
    'one that uses another folder',
    { ...RUNNING, isLocked: false },
    'warning',
    'none that uses this folder',
    'BOX_FILES_DIR',
  ],
  ['a lock that this user may not see', { ...RUNNING, isLocked: undefined }, 'ok', 'it runs', ''],
  ['one that is stopped', STOPPED, 'warning', 'it is stopped; port 8888 is free', 'npm start'],
  [
    'one whose port is taken by who does not answer',
    { ...STOPPED, portTrouble: IN_USE, listener: 'nc (process 7)' },
    'problem',
    'could not start: port 8888 is in use (nc (process 7))',
    'Stop the program that uses it, or set BOX_PORT to another port.',
  ],
  [
    'one whose port is taken by who answers',
    {
      ...STOPPED,
      reach: { tag: 'stranger', status: 404, server: '' },
      listener: 'nginx (process 7)',
    },
    'problem',
    'belongs to another program: nginx (process 7)',
    'BOX_PORT',
  ],
  [
    'one that hangs, or listens elsewhere',
    { ...RUNNING, ...SILENT },
    'problem',
    'does not answer at http://127.0.0.1:8888/',
    'same BOX_PORT',
  ],
  ['any port', { ...STOPPED, port: 0 }, 'skipped', 'BOX_PORT=0', ''],
])('%s', (_what, look, status, text, advice) => {
  expect(findingOfBox(look)).toEqual({
    id: 'box',
    status,
    text: expect.stringContaining(text),
    advice: expect.stringContaining(advice),
  })
})
