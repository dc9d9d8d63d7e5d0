import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMetrics } from '../src/system/metrics.ts'

const DASHBOARD = join(import.meta.dirname, '../docs/grafana/dashboard.json')
const NO_APPS = { apps: 0, releases: 0, bytes: 0 }

interface Panel {
  readonly type: string
  readonly title: string
  readonly targets?: ReadonlyArray<{ readonly expr: string }>
}

interface Dashboard {
  readonly panels: readonly Panel[]
  readonly annotations: { readonly list: ReadonlyArray<{ readonly expr: string }> }
  readonly templating: {
    readonly list: ReadonlyArray<{ readonly query: string | { readonly query: string } }>
  }
}

const dashboard: Dashboard = JSON.parse(await readFile(DASHBOARD, 'utf8'))
const drawn = dashboard.panels.filter(({ type }) => type !== 'row')

/** Every name of a series, and every label by which one is summed, in an expression of PromQL. */
function namesIn(expr: string): { readonly series: string[]; readonly labels: string[] } {
  const series = [...expr.matchAll(/([a-z_][a-z0-9_]+)\{/g)].map(([, name = '']) => name)
  const labels = [...expr.matchAll(/by \((\w+)\)/g)].map(([, name = '']) => name)
  return { series, labels }
}

test('each panel of the dashboard draws series that the box has', async () => {
  const { body } = await createMetrics(
    () => [],
    () => NO_APPS,
    () => 0,
  ).expose()
  const types = new Map(
    [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
  const isThere = (name: string) => {
    const [, base = ''] = /^(.*)_(?:bucket|sum|count)$/.exec(name) ?? []
    return types.has(name) || types.get(base) === 'histogram'
  }
  expect(drawn.length).toBeGreaterThan(15)
  for (const { title, targets = [] } of drawn) {
    const series = targets.flatMap(({ expr }) => namesIn(expr).series)
    expect(series.length, title).toBeGreaterThanOrEqual(targets.length)
    expect(
      series.filter((name) => !isThere(name)),
      title,
    ).toEqual([])
  }
  const { series = [] } = namesIn(dashboard.annotations.list.map(({ expr }) => expr).join())
  expect(series.filter(isThere)).toEqual(series)
})

test('counters are drawn as rates, and by labels that they have', async () => {
  const metrics = createMetrics(
    () => [],
    () => NO_APPS,
    () => 0,
  )
  metrics.limitBreached('connections')
  metrics.heralded('told')
  metrics.latency(20)
  const { body } = await metrics.expose()
  const counters = [...body.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name = '']) => name)
  for (const { title, targets = [] } of drawn) {
    for (const { expr } of targets) {
      const { series, labels } = namesIn(expr)
      const isRated = /(rate|increase)\(/.test(expr)
      expect(series.some((name) => counters.includes(name)) ? isRated : true, title).toBe(true)
      for (const label of labels.filter((name) => name !== 'kind')) {
        const [name = ''] = series
        expect(body, title).toMatch(new RegExp(`^${name}\\{[^}]*\\b${label}="`, 'm'))
      }
    }
  }
})

test('no two panels lie on one another', () => {
  const panels = dashboard.panels as unknown as ReadonlyArray<{
    readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  }>
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
})
