import { number } from './markdown.ts'

/** Sizes in px. */
const WIDTH = 720
const HEIGHT = 400
const PLOT = { left: 70, right: 40, top: 84, bottom: 54 }
const TITLE_Y = 24
const LEGEND_Y = 48
const LEGEND_STEP = 20
const LEGEND_COLUMN = 330
const DOT_RADIUS = 3.5
/** About so many lines of a grid. */
const GRID_LINES = 5
/** A scale of numbers that differ by no more than this needs its 2s and 5s, too. */
const FEW_DECADES = 2

/** Colours that can be told apart, also by those who see few: on white, on black. */
const COLOURS = [
  ['#0062b8', '#6cb6ff'],
  ['#c2410c', '#ffa657'],
  ['#15803d', '#56d364'],
  ['#7e22ce', '#d2a8ff'],
] as const

export interface Axis {
  /** with its unit */
  readonly label: string
  readonly scale: 'linear' | 'logarithmic'
}

export interface Point {
  readonly x: number
  readonly y: number
  /** drawn as a ring: true, but not the whole truth */
  readonly isHollow: boolean
}

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

export interface Chart {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}

/** Where a value is on an axis. */
interface Scale {
  readonly ticks: readonly number[]
  position(value: number): number
}

/** The chart as SVG, for light and dark pages. A logarithmic axis leaves out what is not above 0. */
export function drawChart(chart: Chart): string {
  const series = chart.series.map((each) => ({ ...each, points: each.points.filter(fits(chart)) }))
  const points = series.flatMap((each) => each.points)
  const right = WIDTH - PLOT.right
  const bottom = HEIGHT - PLOT.bottom
  const x = scaleOf(
    chart.x,
    points.map((point) => point.x),
    [PLOT.left, right],
  )
  const y = scaleOf(
    chart.y,
    points.map((point) => point.y),
    [bottom, PLOT.top],
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escaped(chart.title)}</title>`,
    `<style>${style()}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(PLOT.left, TITLE_Y, chart.title, 'title'),
    ...x.ticks.flatMap((tick) => verticalLine(x.position(tick), bottom, tick)),
    ...y.ticks.flatMap((tick) => horizontalLine(y.position(tick), right, tick)),
    text((PLOT.left + right) / 2, HEIGHT - 12, chart.x.label, 'middle'),
    `<g transform="translate(18 ${(PLOT.top + bottom) / 2}) rotate(-90)">${text(0, 0, chart.y.label, 'middle')}</g>`,
    ...series.flatMap((each, index) => [
      ...legend(each.name, index),
      ...curve(each.points, index, x, y),
    ]),
    '</svg>',
    '',
  ].join('\n')
}

function style(): string {
  const classes = (theme: 0 | 1) =>
    COLOURS.map(
      (pair, index) =>
        `.s${index}{stroke:${pair[theme]};fill:${pair[theme]}}.l${index}{stroke:${pair[theme]}}`,
    ).join('')
  return [
    'text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:15px}',
    '.middle{text-anchor:middle}.end{text-anchor:end}.paper{fill:#fff}.grid{stroke:#d0d7de}',
    '.line{fill:none;stroke-width:2}.hollow{fill:#fff}',
    classes(0),
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper,.hollow{fill:#0d1117}.grid{stroke:#30363d}',
    `${classes(1)}.hollow{fill:#0d1117}}`,
  ].join('')
}

function verticalLine(x: number, bottom: number, tick: number): string[] {
  return [
    `<line class="grid" x1="${px(x)}" y1="${PLOT.top}" x2="${px(x)}" y2="${bottom}"/>`,
    text(x, bottom + 18, label(tick), 'middle'),
  ]
}

function horizontalLine(y: number, right: number, tick: number): string[] {
  return [
    `<line class="grid" x1="${PLOT.left}" y1="${px(y)}" x2="${right}" y2="${px(y)}"/>`,
    text(PLOT.left - 8, y + 4, label(tick), 'end'),
  ]
}

function legend(name: string, index: number): string[] {
  const x = PLOT.left + (index % 2) * LEGEND_COLUMN
  const y = LEGEND_Y + Math.floor(index / 2) * LEGEND_STEP
  return [
    `<circle class="s${index}" cx="${x + DOT_RADIUS}" cy="${y - 4}" r="${DOT_RADIUS}"/>`,
    text(x + 14, y, name, ''),
  ]
}

function curve(points: readonly Point[], index: number, x: Scale, y: Scale): string[] {
  const at = (point: Point) => [px(x.position(point.x)), px(y.position(point.y))] as const
  const line = points.map((point) => at(point).join(',')).join(' ')
  const dots = points.map((point) => {
    const [cx, cy] = at(point)
    const names = point.isHollow ? `s${index} hollow` : `s${index}`
    return `<circle class="${names}" cx="${cx}" cy="${cy}" r="${DOT_RADIUS}"/>`
  })
  return [`<polyline class="line l${index}" points="${line}"/>`, ...dots]
}

function text(x: number, y: number, words: string, name: string): string {
  return `<text x="${px(x)}" y="${px(y)}" class="${name}">${escaped(words)}</text>`
}

function fits({ x, y }: Chart): (point: Point) => boolean {
  const isOn = (axis: Axis, value: number) =>
    Number.isFinite(value) && (axis.scale === 'linear' || value > 0)
  return (point) => isOn(x, point.x) && isOn(y, point.y)
}

/** @param range where the ends of the axis are */
function scaleOf(
  { scale }: Axis,
  values: readonly number[],
  range: readonly [from: number, to: number],
): Scale {
  const ticks = scale === 'linear' ? linearTicks(values) : logarithmicTicks(values)
  const measure = scale === 'linear' ? (value: number) => value : Math.log10
  const [least, most] = [measure(ticks[0] ?? 0), measure(ticks.at(-1) ?? 1)]
  const [from, to] = range
  return {
    ticks,
    position: (value) => from + ((measure(value) - least) / (most - least)) * (to - from),
  }
}

/** From 0 on, in steps of 1, 2 or 5 times a power of ten. */
function linearTicks(values: readonly number[]): number[] {
  const most = Math.max(0, ...values) || 1
  const power = 10 ** Math.floor(Math.log10(most / GRID_LINES))
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => most / each <= GRID_LINES)
  if (step === undefined) return [0, most]
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step)
}

/** Powers of ten, and what is between them if they are few. */
function logarithmicTicks(values: readonly number[]): number[] {
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [1, 10]
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const between = to - from <= FEW_DECADES ? [1, 2, 5] : [1]
  const all = Array.from({ length: to - from + 1 }, (_, index) =>
    between.map((each) => each * 10 ** (from + index)),
  ).flat()
  const first = all.findLastIndex((tick) => tick <= least)
  const last = all.findIndex((tick) => tick >= most)
  return all.slice(first, Math.max(last, first + 1) + 1)
}

function label(value: number): string {
  return value !== 0 && Math.abs(value) < 1 ? String(Number(value.toPrecision(1))) : number(value)
}

function px(value: number): string {
  return value.toFixed(1)
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
