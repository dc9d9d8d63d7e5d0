import { expect } from 'vitest'
import { randomSessionId } from '../../support/raw-client.ts'
import { reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'

export function describeConnection({ rule, differs }: Rules): void {
  rule('CON1', 'an empty session id is closed with 4100', async (scene) => {
    const client = await scene.connect({ sessionId: '' })
    expect(await client.closed()).toMatchObject({ code: 4100 })
  })

  const notIds = [randomSessionId().slice(1), `${randomSessionId()}a`, `+${'a'.repeat(42)}`]
  differs(
    'CON1',
    'an id that is not 43 base64url characters is closed with 4100',
    async (scene) => {
      for (const sessionId of notIds) {
        const client = await scene.connect({ sessionId })
        expect(await client.closed()).toMatchObject({ code: 4100 })
      }
    },
    async (scene) => {
      for (const sessionId of notIds) {
        const client = await scene.connect({ sessionId })
        await client.ping()
      }
    },
  )

  rule(
    'CON2',
    'the path before the session id and a query lead to the same session',
    async (scene) => {
      const root = new URL(scene.target.reflectorUrl).origin
      const plain = await scene.member({}, { url: root })
      const elsewhere = await scene.member(
        {},
        { url: `${root}/team/x/reflector/v1`, query: '?a=b' },
      )
      await reflect(plain, 'hello')
      await elsewhere.next('RECV', withPayload('hello'))
    },
  )

  rule('CON3', 'no compression is agreed on', async (scene) => {
    const client = await scene.connect()
    expect(client.extensions).toBe('')
  })
}
