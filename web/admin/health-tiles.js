import { Tile } from './tile.js'
import { count, counted, number, size } from './words.js'

/** From here on people may notice (ms)… */
const LATE_MS = 50
/** …and from here on they do. */
const TOO_LATE_MS = 250
/** How full a disk may be (%). */
const FULL_PERCENT = 75
const TOO_FULL_PERCENT = 90

/** Tiles that say how the box is doing, in numbers that whoever runs it can judge. */
export function healthTiles(place) {
  const people = new Tile('Connected', { hasLine: true })
  const busy = new Tile('Processor', { hasLine: true })
  const memory = new Tile('Memory', { hasLine: true })
  const late = new Tile('Ticks late by', { hasLine: true })
  const lag = new Tile('Stored within', { hasLine: true })
  const disk = new Tile('Disk')
  place.append(...[people, busy, memory, late, lag, disk].map(({ element }) => element))
  return {
    show(health) {
      const { connections, sessions, cpuPercent, memoryBytes, tickLatenessMs, journalLagMs } =
        health
      people.show({
        value: count(connections),
        words: `in ${counted(sessions, 'session')}`,
        point: connections,
      })
      busy.show({ value: number(cpuPercent), unit: '%', words: 'of one core', point: cpuPercent })
      const [used, unit] = size(memoryBytes).split(' ')
      memory.show({ value: used, unit, words: 'in use', point: memoryBytes / 1e6 })
      late.show({
        ...inMs(tickLatenessMs),
        words: promptness(tickLatenessMs),
      })
      lag.show({ ...inMs(journalLagMs), words: 'before anybody sees a message' })
      showDisk(disk, health.disk)
    },
  }
}

function inMs(ms) {
  const mood = ms < LATE_MS ? 'fine' : ms < TOO_LATE_MS ? 'fair' : 'bad'
  return { value: number(ms), unit: 'ms', mood, point: ms }
}

function promptness(ms) {
  if (ms < LATE_MS) return 'at worst: nobody notices'
  return ms < TOO_LATE_MS ? 'at worst: it may be felt' : 'at worst: apps stutter'
}

function showDisk(tile, disk) {
  if (!disk) {
    tile.show({ value: '…' })
    return
  }
  const { usedBytes, freeBytes } = disk
  const percent = (usedBytes / (usedBytes + freeBytes)) * 100
  const mood = percent < FULL_PERCENT ? 'fine' : percent < TOO_FULL_PERCENT ? 'fair' : 'bad'
  const [value, unit] = size(freeBytes).split(' ')
  tile.show({ value, unit, words: `free; ${Math.round(percent)} % is in use`, mood })
}
