import { expect } from 'vitest'
import type { Rules } from '../rules.ts'

/** What a web-socket close frame has room for. */
const MAX_REASON_BYTES = 123

export function describeClose({ rule }: Rules): void {
  rule('CLOSE2', 'a close has a reason, and no more than fits', async (scene) => {
    const long = 'x'.repeat(1_000)
    const reasons: Record<number, string> = {
      4102: `{"action":"${long}`,
      4109: '{"action":"TUTTI","args":null}',
      4100: '{"action":"JOIN","args":7}',
      4101: JSON.stringify({ action: 'SAVE', args: { persistTime: 1, url: `http://${long}` } }),
    }
    for (const [code, text] of Object.entries(reasons)) {
      const client = await scene.member()
      client.sendRaw(text)
      const closed = await client.closed()
      expect(closed.code).toBe(Number(code))
      expect(Buffer.byteLength(closed.reason)).toBeGreaterThan(0)
      expect(Buffer.byteLength(closed.reason)).toBeLessThanOrEqual(MAX_REASON_BYTES)
    }
  })
}
