import { expect } from 'vitest'
import { randomSessionId } from '../../support/raw-client.ts'
import type { Rules } from '../rules.ts'
import { randomBytes, type Scene, snapshotPath, UPLOAD_HEADERS } from '../scene.ts'

export function describeFiles({ differs }: Rules): void {
  differs(
    'FILE1',
    'what was uploaded is served',
    async (scene) => {
      for (const path of pathsOf(scene)) {
        const bytes = randomBytes()
        expect((await put(scene, path, bytes)).ok).toBe(true)
        const response = await fetch(fileUrl(scene, path))
        expect(response.status).toBe(200)
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
      }
    },
    async (scene) => {
      for (const path of pathsOf(scene)) {
        const bytes = randomBytes()
        await put(scene, path, bytes)
        const response = await fetch(fileUrl(scene, path))
        expect(new Uint8Array(await response.arrayBuffer())).not.toEqual(bytes)
      }
    },
  )

  differs(
    'FILE2',
    'the same path may be uploaded again, with other bytes; the first ones stay',
    async (scene) => {
      const path = snapshotPath(scene.sessionId, 5, 7)
      const bytes = randomBytes()
      expect((await put(scene, path, bytes)).ok).toBe(true)
      expect((await put(scene, path)).ok).toBe(true)
      const response = await fetch(fileUrl(scene, path))
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    },
    servesNoFiles,
  )

  differs(
    'FILE3',
    'uploads and downloads are allowed to pages, and so is to see what went wrong',
    async (scene) => {
      const url = fileUrl(scene, snapshotPath(scene.sessionId, 5, 7))
      const from = { origin: new URL(scene.target.filesUrl).origin }
      const asks = {
        ...from,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      }
      const preflight = await fetch(url, { method: 'OPTIONS', headers: asks })
      expect(preflight.ok).toBe(true)
      expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
      expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toMatch(
        /content-type|\*/,
      )
      const upload = { method: 'PUT', headers: { ...UPLOAD_HEADERS, ...from } }
      const responses = [
        preflight,
        await fetch(url, { headers: from }),
        await fetch(url, { ...upload, body: randomBytes() }),
        await fetch(url, { headers: from }),
      ]
      expect(responses.map((response) => response.status).slice(1, 2)).toEqual([404])
      for (const response of responses)
        expect(['*', from.origin]).toContain(allowedOrigin(response))
    },
    async (scene) => {
      const url = fileUrl(scene, snapshotPath(scene.sessionId, 5, 7))
      expect(allowedOrigin(await fetch(url))).toBeNull()
    },
  )

  differs(
    'FILE4',
    'a file that is not there is 404',
    async (scene) => {
      const response = await fetch(fileUrl(scene, snapshotPath(scene.sessionId, 5, 7)))
      expect(response.status).toBe(404)
    },
    servesNoFiles,
  )

  differs(
    'FILE5',
    'bytes that do not have the hash in the path of their data are refused',
    async (scene) => {
      const folder = `apps/org.example.files/${randomSessionId()}/data`
      const path = `${folder}/${randomSessionId()}`
      expect((await put(scene, path)).status).toBe(422)
      expect((await fetch(fileUrl(scene, path))).status).toBe(404)
      const bytes = randomBytes()
      const good = `${folder}/${await sha256(bytes)}`
      expect((await put(scene, good, bytes)).ok).toBe(true)
    },
    servesNoFiles,
  )

  differs(
    'FILE6',
    'files are there under any prefix, and nothing is stored at a path of another shape',
    async (scene) => {
      const path = snapshotPath(scene.sessionId, 5, 7)
      const prefixed = `${scene.target.httpUrl}/team/x/files/${path}`
      const upload = { method: 'PUT', headers: UPLOAD_HEADERS, body: randomBytes() }
      expect((await fetch(prefixed, upload)).ok).toBe(true)
      expect((await fetch(fileUrl(scene, path))).ok).toBe(true)
      expect((await fetch(prefixed)).ok).toBe(true)
      for (const other of ['index.html', `${path}.html`, `x/${path}`]) {
        expect((await put(scene, other)).status).toBe(400)
      }
    },
    servesNoFiles,
  )

  differs(
    'FILE8',
    'a file is a download that no page can use, and is listed nowhere',
    async (scene) => {
      for (const path of pathsOf(scene)) {
        const page = new TextEncoder().encode(`<script>alert('${scene.sessionId}')</script>`)
        const url = fileUrl(scene, path)
        await fetch(url, { method: 'PUT', headers: { 'content-type': 'text/html' }, body: page })
        for (const method of ['GET', 'HEAD']) {
          const { headers } = await fetch(url, { method })
          expect(headers.get('content-type')).toBe('application/octet-stream')
          expect(headers.get('content-disposition')).toBe('attachment')
          expect(headers.get('content-security-policy')).toContain('sandbox')
          expect(headers.get('x-content-type-options')).toBe('nosniff')
          expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
        }
        const folders = path.split('/').map((_, depth, names) => names.slice(0, depth).join('/'))
        for (const folder of folders) {
          expect((await fetch(fileUrl(scene, folder))).status).toBe(404)
          expect((await fetch(fileUrl(scene, `${folder}/`))).status).toBe(404)
        }
      }
    },
    servesNoFiles,
  )
}

/** What the reference does with any path: it answers with a text of its own. */
async function servesNoFiles(scene: Scene): Promise<void> {
  const response = await fetch(fileUrl(scene, snapshotPath(scene.sessionId, 5, 7)))
  expect(response.headers.get('content-type')).toBe('text/plain')
}

/** A path of each kind that clients upload to, apart from data named by its hash. */
function pathsOf(scene: Scene): string[] {
  const { sessionId } = scene
  return [
    snapshotPath(sessionId, 5, 7),
    `apps/org.example.files/snap/${randomSessionId()}/${randomSessionId()}.${sessionId}/0000000005_7.${randomSessionId()}`,
    `apps/org.example.files/${randomSessionId()}/save/${randomSessionId()}`,
  ]
}

function fileUrl(scene: Scene, path: string): string {
  return `${scene.target.filesUrl}/${path}`
}

function put(scene: Scene, path: string, body = randomBytes()): Promise<Response> {
  return fetch(fileUrl(scene, path), { method: 'PUT', headers: UPLOAD_HEADERS, body })
}

function allowedOrigin({ headers }: Response): string | null {
  return headers.get('access-control-allow-origin')
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('base64url')
}
