import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { libraryRoutes } from './libraries.ts'

const MODULES = join(import.meta.dirname, '../../node_modules')

let app: FastifyInstance

beforeEach(() => {
  app = fastify()
  app.register(libraryRoutes, { prefix: '/lib', listPage: () => undefined })
})

afterEach(() => app.close())

/** As a package says it itself. */
async function versionOf(name: string): Promise<string> {
  return JSON.parse(await readFile(join(MODULES, name, 'package.json'), 'utf8')).version
}

describe.each([
  ['@croquet/croquet', 'pub'],
  ['@multisynq/client', 'bundled'],
  ['@multisynq/client', 'dist'],
  ['qrcode-generator', 'dist'],
  ['three', 'build'],
])('%s/%s', (name, folder) => {
  test('is served as it is on npm, to keep for ever', async () => {
    const version = await versionOf(name)
    for (const file of await readdir(join(MODULES, name, folder))) {
      const response = await app.inject(`/lib/${name}@${version}/${folder}/${file}`)
      expect(response.statusCode, file).toBe(200)
      expect(response.rawPayload.equals(await readFile(join(MODULES, name, folder, file)))).toBe(
        true,
      )
      expect(response.headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
      })
    }
  })

  test('is served by types that browsers run', async () => {
    const version = await versionOf(name)
    for (const file of await readdir(join(MODULES, name, folder))) {
      const { headers } = await app.inject(`/lib/${name}@${version}/${folder}/${file}`)
      const type = file.endsWith('.map')
        ? 'application/json'
        : file.endsWith('.d.ts')
          ? 'text/plain'
          : 'text/javascript'
      expect(headers['content-type'], file).toContain(type)
    }
  })
})

test('the list has what is installed', async () => {
  const names = ['@croquet/croquet', '@multisynq/client', 'qrcode-generator', 'three', 'uplot']
  const listed = await Promise.all(
    names.map(async (name) => {
      const version = await versionOf(name)
      return { name, version, url: `/lib/${name}@${version}/` }
    }),
  )
  expect((await app.inject('/lib/')).json()).toEqual(listed)
  expect((await app.inject('/lib')).json()).toEqual(listed)
})

test('an address without a version leads to the one that is here', async () => {
  const version = await versionOf('@croquet/croquet')
  const response = await app.inject('/lib/@croquet/croquet/pub/croquet.esm.js?x=1')
  expect(response.statusCode).toBe(302)
  expect(response.headers).toMatchObject({
    location: `../../../@croquet/croquet@${version}/pub/croquet.esm.js?x=1`,
    'cache-control': 'no-cache',
  })
})

test('a version that is not here is refused, naming the one that is', async () => {
  const response = await app.inject('/lib/@croquet/croquet@0.0.1/pub/croquet.esm.js')
  expect(response.statusCode).toBe(404)
  const { message } = response.json()
  expect(message).toContain(`@croquet/croquet@${await versionOf('@croquet/croquet')}`)
  expect(message).not.toContain('qrcode')
})

test.each([
  'fastify/package.json',
  'fastify@5.0.0/package.json',
  '@croquet/',
  '@croquet/croquet-x/package.json',
  '%2e%2e%2fpackage.json',
])('%s is not offered, but others are', async (path) => {
  const response = await app.inject(`/lib/${path}`)
  expect(response.statusCode).toBe(404)
  expect(response.json().message).toContain(
    `qrcode-generator@${await versionOf('qrcode-generator')}`,
  )
})

test.each([
  ['@croquet/croquet', 'package.json', 200],
  ['@croquet/croquet', 'LICENSE.txt', 200],
  ['@croquet/croquet', 'README.md', 404],
  ['@croquet/croquet', 'cjs/croquet-croquet-node.js', 404],
  ['@croquet/croquet', '', 404],
  ['@croquet/croquet', 'pub', 404],
  ['@croquet/croquet', 'pub/nothing.js', 404],
  ['qrcode-generator', 'test/qrcode.test.html', 404],
  ['qrcode-generator', 'dist%2f..%2ftest/qrcode.test.html', 404],
  ['qrcode-generator', '..%2ffastify/package.json', 404],
  ['qrcode-generator', 'dist/%2e%2e%2f%2e%2e%2ffastify/package.json', 404],
])('of %s, %s is answered %i', async (name, path, status) => {
  const response = await app.inject(`/lib/${name}@${await versionOf(name)}/${path}`)
  expect(response.statusCode).toBe(status)
})
