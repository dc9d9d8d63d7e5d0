import { Validator } from '@seriousme/openapi-schema-validator'
import { OpenAPIClientAxios } from 'openapi-client-axios'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminBed, PASSWORD } from './support/admin-bed.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: BodySchema } }
  }
}
interface BodySchema {
  readonly properties: Readonly<Record<string, object>>
}
interface ApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const PROBLEM = 'application/problem+json; charset=utf-8'
let bed: AdminBed
let token: string
let document: ApiDocument

beforeAll(async () => {
  bed = await AdminBed.startWithPassword()
  const login = await bed.callWith({}, 'POST', '/login', { password: PASSWORD })
  token = JSON.parse(login.body).token
  document = JSON.parse((await bed.callBy(token, 'GET', '/openapi.json')).body)
})
afterAll(() => bed.stop())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )

describe('[ADMIN10] the document of the API', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) })
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(document.openapi).toBe('3.1.0')
  })

  test('names and sums up each operation, and says how it fails', () => {
    expect(operations().length).toBeGreaterThan(9)
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, operation } of operations()) {
      expect.soft(path).toMatch(/^\/api\/v1\//)
      expect.soft(operation).toMatchObject({
        operationId: expect.any(String),
        summary: expect.any(String),
        tags: [expect.any(String)],
        responses: {
          '4XX': {
            content: {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
            },
          },
        },
      })
    }
  })

  test('a client made from it works', async () => {
    const made = new OpenAPIClientAxios({
      definition: `${bed.door.box.adminUrl}/api/v1/openapi.json`,
      axiosConfigDefaults: {
        baseURL: bed.door.box.adminUrl,
        headers: { authorization: `Bearer ${token}` },
      },
    })
    const client = await made.init()
    const call = async (id: string, parameters = {}, body?: object): Promise<unknown> => {
      const operation = client[id]
      if (!operation) throw new Error(`there is no operation ${id}`)
      return (await operation(parameters, body)).data
    }
    expect(await call('whoAmI')).toMatchObject({ role: 'admin', who: 'admin password' })
    const order = { name: 'by a client', role: 'monitor', hours: 1 }
    const { id } = (await call('makeToken', {}, order)) as { id: string }
    expect(await call('listTokens')).toMatchObject([{ id, name: 'by a client' }])
    expect(await call('revokeToken', { id })).toMatchObject({ id })
    await expect(call('revokeToken', { id })).rejects.toMatchObject({
      response: { status: 404, data: { detail: expect.stringContaining(id) } },
    })
    const invite = (await call('makeInvite', {}, { hours: 2 })) as { id: string }
    expect(await call('listInvites')).toMatchObject([{ id: invite.id }])
    await call('revokeInvite', { id: invite.id })
    expect(await call('listInvites')).toEqual([])
  })
})

describe('[ADMIN9] what goes wrong', () => {
  /** What no field of the API may be. */
  const NO_FIELD = [{ odd: [] }]

  test('is a problem that names the field, for each that is wrong', async () => {
    let tried = 0
    for (const { path, method, operation } of operations()) {
      const properties = operation.requestBody?.content['application/json'].schema.properties ?? {}
      for (const field of Object.keys(properties)) {
        const answer = await bed.callBy(
          token,
          method.toUpperCase(),
          path.slice(7).replace('{sessionId}', 'S'.repeat(43)),
          {
            [field]: NO_FIELD,
          },
        )
        expect.soft(answer.status, `${method} ${path} ${field}`).toBe(400)
        expect(answer.headers['content-type']).toBe(PROBLEM)
        expect(JSON.parse(answer.body)).toMatchObject({
          ...{ type: 'about:blank', title: 'Bad Request', status: 400 },
          detail: expect.stringContaining(`${field}:`),
          errors: expect.arrayContaining([
            { pointer: `#/${field}`, detail: expect.stringMatching(/^must be /) },
          ]),
        })
        tried++
      }
    }
    expect(tried).toBeGreaterThan(10)
  })

  test('names all fields that are wrong, missing, or none at all', async () => {
    const { status, body } = await bed.callBy(token, 'POST', '/tokens', { role: 'king', nme: 'x' })
    expect(status).toBe(400)
    expect(JSON.parse(body).errors).toEqual([
      { pointer: '#/name', detail: "must have required property 'name'" },
      { pointer: '#/nme', detail: 'there is no such field' },
      { pointer: '#/role', detail: 'must be equal to one of the allowed values: admin, monitor' },
    ])
  })

  test.each([
    ['nothing there', 'GET', '/nothing', undefined, 404],
    ['another method', 'PATCH', '/me', undefined, 404],
    ['no body', 'POST', '/tokens', undefined, 400],
    ['a body that is no object', 'POST', '/tokens', 5, 400],
    ['a body that is too long', 'POST', '/login', { password: 'x'.repeat(5000) }, 413],
    ['a parameter that is too long', 'DELETE', `/tokens/${'x'.repeat(101)}`, undefined, 414],
    ['a path that is none', 'GET', '/%', undefined, 400],
  ] as const)('is a problem: %s', async (_, method, path, body, status) => {
    const answer = await bed.callBy(token, method, path, body)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'content-type': PROBLEM,
      'cache-control': 'no-store',
    })
    expect(JSON.parse(answer.body)).toMatchObject({ status, detail: expect.stringMatching(/./) })
  })

  test.each([
    ['text', { 'content-type': 'text/plain' }, 415],
    ['what is no JSON', { 'content-type': 'application/json' }, 400],
  ])('is a problem: %s', async (_, type, status) => {
    const headers = { authorization: `Bearer ${token}`, ...type }
    const asked = { method: 'POST', path: '/api/v1/tokens', body: '{"name":' }
    const answer = await bed.ask(asked, headers)
    expect([answer.status, answer.headers['content-type']]).toEqual([status, PROBLEM])
  })

  test('is a problem: no login, and a role that may not', async () => {
    const none = await bed.callWith({ accept: '*/*' }, 'GET', '/tokens')
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer'])
    expect(JSON.parse(none.body)).toMatchObject({ title: 'Unauthorized', status: 401 })
    const { token: link } = await bed.door.invite()
    const low = await bed.callBy(link, 'GET', '/tokens')
    expect(JSON.parse(low.body)).toMatchObject({ title: 'Forbidden', status: 403 })
  })

  test('elsewhere is what it was', async () => {
    const { headers, body } = await bed.ask({ path: '/nothing' })
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(body)).toEqual({
      error: 'Not Found',
      message: 'there is nothing at GET /nothing',
    })
  })
})
