const KILO = 1000
const SIZES = ['B', 'kB', 'MB', 'GB', 'TB']
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const instant = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** 12,345 */
export function count(value) {
  return whole.format(value)
}

/** Small numbers with a digit behind the point. */
export function number(value) {
  return value < 10 ? fine.format(value) : whole.format(value)
}

/** 3 people, 1 person. */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** 1.2 MB, as disks are sold: 1 MB is a million bytes. */
export function size(bytes) {
  let value = bytes
  let unit = 0
  while (value >= KILO && unit < SIZES.length - 1) {
    value /= KILO
    unit += 1
  }
  return `${number(value)} ${SIZES[unit]}`
}

/** 5 s, 12 min, 3 h, 2 days. */
export function duration(ms) {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} days`
}

/** The time of day. */
export function time(at) {
  return clock.format(at)
}

/** Date and time of day. */
export function date(at) {
  return calendar.format(at)
}

/** The same to the second, where several things may be of one minute. */
export function moment(at) {
  return instant.format(at)
}

/** Who it was, by the name that the box has for them. */
export function who(name) {
  if (name === '') return 'somebody'
  return name === 'admin password' ? 'the admin password' : name
}
