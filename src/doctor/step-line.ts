import type { WriteStream } from 'node:tty'

const CLEAR_LINE = '\r\x1b[K'

/** Tells a person on a terminal what is looked at now, and leaves nothing. */
export interface StepLine {
  show(what: string): void
  end(): void
}

/** Where there is no terminal, nothing is shown. */
export function stepLine(stream: Pick<WriteStream, 'isTTY' | 'write' | 'columns'>): StepLine {
  if (!stream.isTTY) return { show: () => {}, end: () => {} }
  return {
    show: (what) => {
      const text = `Looking at ${what}`
      const width = stream.columns - ' …'.length - 1
      void stream.write(`${CLEAR_LINE}${text.slice(0, width)} …`)
    },
    end: () => void stream.write(CLEAR_LINE),
  }
}
