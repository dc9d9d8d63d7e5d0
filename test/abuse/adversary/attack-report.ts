/** What became of it so far. */
export interface AttackReport {
  /** bytes that the box was sent, as far as the system took them */
  bytes: number
  frames: number
  opened: number
  refused: number
  heard: number
  /** how often each close was met, by code and reason */
  closed: Record<string, number>
}

/** Of all phases of an attack, or of attacks that went on together. */
export function sumOf(reports: readonly AttackReport[]): AttackReport {
  const closed: Record<string, number> = {}
  const total = { bytes: 0, frames: 0, opened: 0, refused: 0, heard: 0 }
  for (const report of reports) {
    total.bytes += report.bytes
    total.frames += report.frames
    total.opened += report.opened
    total.refused += report.refused
    total.heard += report.heard
    for (const [why, times] of Object.entries(report.closed))
      closed[why] = (closed[why] ?? 0) + times
  }
  return { ...total, closed }
}
