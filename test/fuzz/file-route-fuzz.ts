import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import fastify, { type FastifyInstance } from 'fastify'
import { parseFilePath } from '../../src/files/file-path.ts'
import { createFileStore } from '../../src/files/file-store.ts'
import { fileRoutes } from '../../src/files/routes.ts'
import { addErrorHandlers } from '../../src/http/errors.ts'
import type { Random } from '../crash/random.ts'
import { freeUploads } from '../support/free-uploads.ts'

const MAX_BYTES = 1000
const BATCH = 20
const ID = 'i'.repeat(43)
const GOOD_STATUSES = [200, 201, 204, 206, 304, 400, 404, 405, 413, 415, 416, 422]

const segment = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('snapshots', 'apps', 'org.example.app', ID, 'save', 'data'),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      `0000005210_1-${ID}.snap`,
      `0000005210_1.${ID}`,
      `${ID}.${ID}`,
      'snap',
      'index.html',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('..', '.', '%2e%2e', '%2f', '%00', '%', '%zz', '%c0%af', ''),
  },
  fc.webSegment(),
)
const SHAPES = [
  `snapshots/${ID}/0000005210_1-${ID}.snap`,
  `apps/org.example.app/snap/${ID}/${ID}.${ID}/0000005210_1.${ID}`,
  `apps/org.example.app/${ID}/save/${ID}`,
  `apps/org.example.app/${ID}/data/${ID}`,
]
const path = fc.oneof(
  fc.constantFrom(...SHAPES),
  fc.array(segment, { maxLength: 7 }).map((segments) => segments.join('/')),
)
const headerValue = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
})
const headers = fc.record(
  {
    range: fc.oneof(
      fc.tuple(fc.integer(), fc.integer()).map(([from, to]) => `bytes=${from}-${to}`),
      fc.constantFrom('bytes=0-', 'bytes=-1', 'bytes=0-1,3-4', 'bytes=99999999999999999999-'),
      headerValue,
    ),
    'content-type': fc.oneof(
      fc.constantFrom(
        'multipart/form-data; boundary=box',
        'multipart/form-data',
        'application/json',
      ),
      headerValue,
    ),
    'if-none-match': headerValue,
    'x-sendfile-type': fc.constantFrom('X-Accel-Redirect', 'x'),
    origin: headerValue,
  },
  { requiredKeys: [] },
)
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'OPTIONS', 'DELETE', 'PATCH'),
  path,
  headers,
  body: fc.oneof(fc.string({ maxLength: 100 }), fc.constant('x'.repeat(MAX_BYTES + 1))),
})

/** The routes of files, asked by requests that are well-formed as HTTP goes. */
export class FileRouteFuzz {
  readonly #dir: string
  readonly #app: FastifyInstance

  private constructor(dir: string, app: FastifyInstance) {
    this.#dir = dir
    this.#app = app
  }

  static async open(): Promise<FileRouteFuzz> {
    const dir = await mkdtemp(join(tmpdir(), 'box-fuzz-'))
    const store = createFileStore({ dir, maxBytes: MAX_BYTES, onStored: () => {} })
    await store.open()
    const app = fastify()
    addErrorHandlers(app)
    app.register(fileRoutes, { prefix: '/files', store, limits: freeUploads() })
    await app.ready()
    return new FileRouteFuzz(dir, app)
  }

  /** Throws if an answer is not one of those there are, or a file is where none may be. */
  async attempt(random: Random): Promise<void> {
    const seed = Math.floor(random.between(0, 2 ** 31))
    for (const asked of fc.sample(request, { numRuns: BATCH, seed })) {
      const { method, path: target, headers: given, body } = asked
      const hasBody = method === 'PUT' || method === 'POST'
      const answer = await this.#app.inject({
        method: method as 'GET',
        url: `/files/${target}`,
        headers: given as Record<string, string>,
        ...(hasBody && { payload: body }),
      })
      if (!GOOD_STATUSES.includes(answer.statusCode)) {
        throw new Error(`${answer.statusCode} ${answer.body} to ${JSON.stringify(asked)}`)
      }
    }
    await this.#checkFiles()
  }

  async close(): Promise<void> {
    await this.#app.close()
    await rm(this.#dir, { recursive: true })
  }

  async #checkFiles(): Promise<void> {
    const top = join(this.#dir, 'uploads')
    const entries = await readdir(top, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(top.length + 1))
    const odd = paths.filter((file) => !parseFilePath(file))
    const beside = await readdir(this.#dir)
    const incoming = await readdir(join(this.#dir, 'incoming'))
    if (odd.length + incoming.length > 0 || beside.length !== 3)
      throw new Error(`files where none may be: ${[...odd, ...incoming, ...beside].join()}`)
  }
}
