import { once } from 'node:events'
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http'
import { type Address, openSocket } from './address.ts'
import { ANSWER_LIMIT_MS, inTime } from './limits.ts'

/** Longer answers are none of a box's (bytes). */
const MOST_BYTES = 1_000_000

export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly limitMs?: number
  /** how long the answer may be, bytes */
  readonly mostBytes?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly tookMs: number
}

/**
 * Asks for what is at an address, whoever its certificate is from.
 * @param path below it, without a slash before it; "" is the address itself
 * @throws {Error} if no answer comes, or none in time
 */
export async function ask(
  address: Address,
  path: string,
  question: Question = {},
): Promise<Answer> {
  const { method = 'GET', headers, body, limitMs = ANSWER_LIMIT_MS } = question
  const { host, pathname } = new URL(path, address.url)
  const length = body && { 'content-length': String(body.length) }
  const begin = performance.now()
  const asked = request({
    ...{ method, path: pathname },
    headers: { host, connection: 'close', ...length, ...headers },
    createConnection: () => openSocket(address),
  })
  try {
    const answer = await inTime(answerTo(asked, question), limitMs)
    return { ...answer, tookMs: performance.now() - begin }
  } finally {
    asked.destroy()
  }
}

async function answerTo(
  asked: ClientRequest,
  { body, mostBytes = MOST_BYTES }: Question,
): Promise<Omit<Answer, 'tookMs'>> {
  const answered = once(asked, 'response')
  // Whoever has answered may hang up before it has read the whole question.
  asked.on('error', () => asked.destroy())
  asked.end(body)
  const [response] = (await answered) as [IncomingMessage]
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`)
  }
  const { statusCode: status = 0, headers } = response
  return { status, headers, body: Buffer.concat(chunks) }
}
