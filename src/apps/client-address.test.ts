import { expect, test } from 'vitest'
import { ownClientAt } from './client-address.ts'
import { CROQUET_WITH_DEFAULT } from './own-paths.ts'

const VERSIONS = { '@croquet/croquet': '2.0.4', '@multisynq/client': '1.1.0' }
const CROQUET_SCRIPT = '/lib/@croquet/croquet@2.0.4/pub/croquet.min.js'
const CROQUET_MODULE = '/lib/@croquet/croquet@2.0.4/pub/croquet.esm.js'
const MULTISYNQ_SCRIPT = '/lib/@multisynq/client@1.1.0/bundled/multisynq-client.min.js'
const MULTISYNQ_MODULE = '/lib/@multisynq/client@1.1.0/bundled/multisynq-client.esm.js'

test.each([
  ['https://cdn.jsdelivr.net/npm/@croquet/croquet', CROQUET_SCRIPT],
  ['//cdn.jsdelivr.net/npm/@croquet/croquet@1.0.5', CROQUET_SCRIPT],
  ['http://cdn.jsdelivr.net/npm/@croquet/croquet@1.1.0-41', CROQUET_SCRIPT],
  ['https://cdn.jsdelivr.net/npm/@croquet/croquet@2.0.0/pub/croquet.min.js', CROQUET_SCRIPT],
  ['https://cdn.jsdelivr.net/combine/npm/@croquet/croquet@1', CROQUET_SCRIPT],
  ['https://cdn.jsdelivr.net/npm/@croquet/croquet@2.0.0/pub/croquet.esm.js', CROQUET_MODULE],
  ['https://cdn.jsdelivr.net/npm/@croquet/croquet@2/+esm', CROQUET_WITH_DEFAULT],
  ['https://unpkg.com/@croquet/croquet@1.0', CROQUET_SCRIPT],
  ['https://unpkg.com/@croquet/croquet@2.0.0-42/pub/croquet.min.js', CROQUET_SCRIPT],
  ['https://unpkg.com/@croquet/croquet@2?module', CROQUET_WITH_DEFAULT],
  ['https://esm.run/@croquet/croquet', CROQUET_WITH_DEFAULT],
  ['https://esm.sh/@croquet/croquet@2.0.4', CROQUET_WITH_DEFAULT],
  ['https://esm.sh/v135/@croquet/croquet@2.0.4/pub/croquet.esm.js', CROQUET_MODULE],
  ['https://croquet.io/sdk/croquet-latest.min.js', CROQUET_SCRIPT],
  ['https://cdn.jsdelivr.net/npm/@multisynq/client@latest', MULTISYNQ_SCRIPT],
  [
    'https://cdn.jsdelivr.net/npm/@multisynq/client@1.0.4/bundled/multisynq-client.min.js',
    MULTISYNQ_SCRIPT,
  ],
  [
    'https://cdn.jsdelivr.net/npm/@multisynq/client@1.0.4/bundled/multisynq-client.esm.js',
    MULTISYNQ_MODULE,
  ],
  ['https://unpkg.com/@multisynq/client/dist/multisynq-client.esm.js', MULTISYNQ_MODULE],
  ['https://esm.sh/@multisynq/client', MULTISYNQ_MODULE],
  ['https://esm.run/@multisynq/client@1', MULTISYNQ_MODULE],
])('%s is here at %s', (address, own) => {
  expect(ownClientAt(address, VERSIONS)).toBe(own)
})

test.each([
  'https://cdn.jsdelivr.net/npm/three@0.160.0/build/three.module.js',
  'https://cdn.jsdelivr.net/npm/@croquet/croquet-react@1',
  'https://cdn.jsdelivr.net/npm/@croquet/croquet@2/pub/croquet.min.js.map',
  'https://cdn.jsdelivr.net/npm/@croquet/croquet@1/cjs/croquet-croquet.js',
  'https://cdn.jsdelivr.net/npm/@croquet/croquet@2/',
  'https://cdn.jsdelivr.net/combine/npm/@croquet/croquet@1,npm/three@0.160.0',
  'https://esm.sh/@croquet/croquet@2/types.d.ts',
  'https://unpkg.com/@croquet/virtual-dom',
  'https://example.org/npm/@croquet/croquet',
  'https://example.org/?from=https://unpkg.com/@croquet/croquet',
  'ftp://unpkg.com/@croquet/croquet',
  './node_modules/@croquet/croquet/pub/croquet.min.js',
  'https://[@croquet/croquet',
])('%s is not here', (address) => {
  expect(ownClientAt(address, VERSIONS)).toBeUndefined()
})

test('a client that the box does not have is not here', () => {
  expect(ownClientAt('https://unpkg.com/@croquet/croquet', {})).toBeUndefined()
})
