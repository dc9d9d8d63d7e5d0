import { expect, it } from 'vitest'
import { type Chart, drawChart } from './chart.ts'

const CHART: Chart = {
  title: 'What a <delivery> costs',
  x: { label: 'clients', scale: 'logarithmic' },
  y: { label: 'CPU (µs)', scale: 'linear' },
  series: [
    {
      name: 'box',
      points: [
        { x: 10, y: 3, isHollow: false },
        { x: 1000, y: 40, isHollow: true },
      ],
    },
  ],
}

it('labels both axes and each line, with what is special in SVG escaped', () => {
  const svg = drawChart(CHART)
  for (const words of ['clients', 'CPU (µs)', 'box', 'What a &lt;delivery> costs']) {
    expect(svg).toContain(`>${words}</text>`)
  }
})

it('has a mark for each power of ten of a logarithmic axis, and even steps on a linear one', () => {
  expect(marks(drawChart(CHART))).toEqual([
    '10',
    '20',
    '50',
    '100',
    '200',
    '500',
    '1,000',
    '0',
    '10',
    '20',
    '30',
    '40',
  ])
})

it('starts and ends a line at the edges of the plot, and draws a ring for a hollow point', () => {
  const svg = drawChart(CHART)
  expect(svg).toContain('points="70.0,326.4 680.0,84.0"')
  expect(svg).toContain('<circle class="s0 hollow" cx="680.0" cy="84.0"')
})

it('leaves out what has no place on a logarithmic axis, or is no number', () => {
  const points = [0, Number.NaN, 10].map((x) => ({ x, y: 1, isHollow: false }))
  const svg = drawChart({ ...CHART, series: [{ name: 'box', points }] })
  expect(svg.match(/<circle class="s0" cx="[\d.]+" cy="[\d.]+" r/g)).toHaveLength(2)
  expect(svg).not.toContain('NaN')
})

it('has colours for dark pages', () => {
  expect(drawChart(CHART)).toContain('@media(prefers-color-scheme:dark)')
})

function marks(svg: string): string[] {
  const texts = svg.matchAll(/class="(?:middle|end)">([\d.,]+)</g)
  return Array.from(texts, ([, label = '']) => label)
}
