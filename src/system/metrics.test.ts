import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

it('counts what met a limit, by the limit', async () => {
  const metrics = createMetrics(() => [])
  metrics.limitBreached('volume-use')
  metrics.limitBreached('volume-use')
  metrics.limitBreached('slow-upload')
  const { body } = await metrics.expose()
  expect(body).toContain('box_limit_breaches_total{limit="volume-use"} 2\n')
  expect(body).toContain('box_limit_breaches_total{limit="slow-upload"} 1\n')
})

it('reads what joins cost when it is asked: all sessions together, and the dearest', async () => {
  let costs: Array<{ messages: number; bytes: number }> = []
  const metrics = createMetrics(() => costs)
  const read = async () => {
    const { body } = await metrics.expose()
    const [history, most] = [/^reflector_history_(\w+) (.*)$/gm, /^reflector_join_(\w+) (.*)$/gm]
    return [history, most].map((lines) =>
      Object.fromEntries([...body.matchAll(lines)].map(([, name, value]) => [name, Number(value)])),
    )
  }
  expect(await read()).toEqual([
    { messages: 0, bytes: 0 },
    { messages_max: 0, bytes_max: 0 },
  ])
  costs = [
    { messages: 20, bytes: 100 },
    { messages: 3, bytes: 5000 },
  ]
  expect(await read()).toEqual([
    { messages: 23, bytes: 5100 },
    { messages_max: 20, bytes_max: 5000 },
  ])
})
