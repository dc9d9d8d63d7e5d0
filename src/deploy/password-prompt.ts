import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'

/** Asks on a terminal for a password, which is not shown. Undefined if nobody sits there. */
export function passwordPrompt(
  stdin: Pick<ReadStream, 'isTTY'> & NodeJS.ReadableStream,
  stderr: Pick<WriteStream, 'write'>,
): (() => Promise<string>) | undefined {
  if (!stdin.isTTY) return undefined
  return async () => {
    stderr.write('Admin password of the box: ')
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
    try {
      return await lines.question('')
    } finally {
      lines.close()
      stderr.write('\n')
    }
  }
}
