import uPlot from './lib/uplot/dist/uPlot.esm.js'

/** As many seconds as it shows. */
const POINTS = 120
const HEIGHT = 36

/** A small line of what a number was in the last two minutes. */
export function sparkline(place) {
  const times = Array.from({ length: POINTS }, (_, index) => index)
  const values = new Array(POINTS).fill(null)
  const color = () => getComputedStyle(place).color
  const plot = new uPlot(
    {
      width: Math.max(place.clientWidth, 1),
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      select: { show: false },
      padding: [3, 0, 3, 0],
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(max, 1) * 1.1] } },
      series: [{}, { stroke: color, width: 1.5, points: { show: false } }],
    },
    [times, values],
    place,
  )
  new ResizeObserver(() => {
    plot.setSize({ width: Math.max(place.clientWidth, 1), height: HEIGHT })
  }).observe(place)
  return {
    add(value) {
      values.shift()
      values.push(value)
      plot.setData([times, values])
    },
  }
}
