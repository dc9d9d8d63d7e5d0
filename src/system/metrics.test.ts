import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

const noApps = () => ({ apps: 0, releases: 0, bytes: 0 })
const noLines = () => 0

it('counts what met a limit, by the limit', async () => {
  const metrics = createMetrics(() => [], noApps, noLines)
  metrics.limitBreached('volume-use')
  metrics.limitBreached('volume-use')
  metrics.limitBreached('slow-upload')
  const { body } = await metrics.expose()
  expect(body).toContain('box_limit_breaches_total{limit="volume-use"} 2\n')
  expect(body).toContain('box_limit_breaches_total{limit="slow-upload"} 1\n')
})

it('reads what joins cost when it is asked: all sessions together, and the dearest', async () => {
  let costs: Array<{ messages: number; bytes: number; besideBytes: number }> = []
  const metrics = createMetrics(() => costs, noApps, noLines)
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
    { messages: 20, bytes: 100, besideBytes: 7 },
    { messages: 3, bytes: 5000, besideBytes: 30 },
  ]
  expect(await read()).toEqual([
    { messages: 23, bytes: 5100 },
    { messages_max: 20, bytes_max: 5000 },
  ])
})

it('reads how much of hosted apps is kept when it is asked', async () => {
  let totals = noApps()
  const metrics = createMetrics(
    () => [],
    () => totals,
    noLines,
  )
  totals = { apps: 2, releases: 7, bytes: 1234 }
  const { body } = await metrics.expose()
  expect(body).toMatch(/^box_apps 2$/m)
  expect(body).toMatch(/^box_app_releases 7$/m)
  expect(body).toMatch(/^box_app_bytes 1234$/m)
})

it('[LOG4] counts the lines of the log that were left out', async () => {
  let leftOut = 0
  const metrics = createMetrics(
    () => [],
    noApps,
    () => leftOut,
  )
  const read = async () =>
    /^box_log_lines_left_out_total (.*)$/m.exec((await metrics.expose()).body)?.[1]
  expect(await read()).toBe('0')
  leftOut = 12
  expect(await read()).toBe('12')
})
