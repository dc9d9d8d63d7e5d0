import type { WriteStream } from 'node:tty'
import { SingleBar } from 'cli-progress'
import type { Progress } from './progress.ts'

/** Where there is no terminal, a line is written so often (ms). */
const LINE_INTERVAL_MS = 10_000
const BAR = '{step} [{bar}] {percentage} % of {size}'

/** Shows a person how far it is. */
export interface ProgressDisplay {
  show(progress: Progress): void
  /** Leaves what it shows, and goes to the next line. */
  end(): void
}

/**
 * A bar on a terminal, now and then a line elsewhere.
 * @param now monotonic time, ms
 */
export function progressDisplay(
  stream: Pick<WriteStream, 'isTTY' | 'write'>,
  now: () => number,
): ProgressDisplay {
  return stream.isTTY ? bars(stream) : lines(stream, now)
}

function bars(stream: Pick<WriteStream, 'write'>): ProgressDisplay {
  let bar: SingleBar | undefined
  let step: string | undefined
  const end = () => {
    bar?.stop()
    bar = undefined
  }
  return {
    show: (progress) => {
      // Of what has no known end, the last known state is as good as any.
      const { doneBytes, totalBytes = doneBytes } = progress
      if (progress.step !== step || !bar) {
        end()
        step = progress.step
        bar = new SingleBar({ stream: stream as WriteStream, format: BAR, hideCursor: null })
        bar.start(totalBytes, doneBytes, { step, size: sizeText(totalBytes) })
      } else {
        bar.setTotal(totalBytes)
        bar.update(doneBytes, { size: sizeText(totalBytes) })
      }
    },
    end,
  }
}

function lines(stream: Pick<WriteStream, 'write'>, now: () => number): ProgressDisplay {
  let shownAt = now()
  return {
    show: ({ step, doneBytes, totalBytes }) => {
      if (now() - shownAt < LINE_INTERVAL_MS) return
      shownAt = now()
      const total = totalBytes === undefined ? '' : ` of ${sizeText(totalBytes)}`
      stream.write(`${step}: ${sizeText(doneBytes)}${total}\n`)
    },
    end: () => {},
  }
}

/** @returns e.g. `12.3 MB` */
export function sizeText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** @returns e.g. `2 sessions and 1 file`, `1 session, 3 files and 1 app` */
export function contentsText({
  sessions,
  files,
  apps,
}: { readonly [K in 'sessions' | 'files' | 'apps']: number }): string {
  if (apps === 0) return `${counted(sessions, 'session')} and ${counted(files, 'file')}`
  return `${counted(sessions, 'session')}, ${counted(files, 'file')} and ${counted(apps, 'app')}`
}

/** @returns e.g. `1 session`, `2 sessions` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
