import uPlot from './lib/uplot/dist/uPlot.esm.js'
import { time } from './words.js'

/** A page that is left open shows the last half hour. */
const MAX_POINTS = 1800
const HEIGHT = 200
/** At least so much time is to be seen (s). */
const LEAST_SPAN = 60
const AXIS_WIDTH = 56
/** A time of day needs so much room (px). */
const TIME_SPACE = 110

/**
 * A chart that grows to the right.
 * @param {Array<{label: string, color: string}>} lines `color`: a custom property
 */
export function liveChart(place, lines) {
  const data = [[], ...lines.map(() => [])]
  const property = (name) => () => getComputedStyle(place).getPropertyValue(name)
  const axis = { stroke: property('--muted'), grid: { stroke: property('--line'), width: 1 } }
  const plot = new uPlot(
    {
      width: Math.max(place.clientWidth, 1),
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      legend: { show: lines.length > 1, live: false },
      scales: {
        x: { range: (_, min, max) => span(min, max) },
        y: { range: (_, __, max) => [0, Math.max(max ?? 0, 1) * 1.1] },
      },
      axes: [
        { ...axis, space: TIME_SPACE, values: (_, ticks) => ticks.map((at) => time(at * 1000)) },
        { ...axis, size: AXIS_WIDTH },
      ],
      series: [
        {},
        ...lines.map(({ label, color }) => ({
          label,
          stroke: property(color),
          width: 2,
          points: { show: false },
        })),
      ],
    },
    data,
    place,
  )
  new ResizeObserver(() => {
    plot.setSize({ width: Math.max(place.clientWidth, 1), height: HEIGHT })
  }).observe(place)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw())
  return {
    /** @param at ms since 1970; @param values null where there is none */
    add(at, values) {
      ;[at / 1000, ...values].forEach((value, index) => {
        data[index].push(value)
        if (data[index].length > MAX_POINTS) data[index].shift()
      })
      plot.setData(data)
    },
  }
}

function span(min, max) {
  const end = max ?? Date.now() / 1000
  return [Math.min(min ?? end, end - LEAST_SPAN), end]
}
