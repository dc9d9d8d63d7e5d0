import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DoorPages } from '../access/door-pages.ts'
import { isByPerson, rootFrom } from '../access/refusal-answer.ts'
import { sendError } from './errors.ts'

const JSON_TYPE = /^application\/(?:problem\+)?json\b/

/** Where somebody can go on: the title of a page, and its address. */
export interface WayOn {
  readonly name: string
  readonly url: string
}

export interface ErrorPagesParts {
  readonly pages: Pick<DoorPages, 'render'>
  /** of these pages */
  readonly headers: DoorPages['headers']
  /** the likeliest first */
  readonly waysOn: (request: FastifyRequest) => readonly [WayOn, (WayOn | undefined)?]
}

/** What is said of a status: what happened, and what to do. */
interface StatusWords {
  readonly title: string
  readonly advice: string
}

const AGAIN = 'Go back, and try again.'
const LATER = 'Try again in a moment. If it stays so, tell the admin of the box.'
const WORDS: Readonly<Record<number, StatusWords>> = {
  401: { title: 'You have to come in first.', advice: 'Log in, or open your link once more.' },
  403: {
    title: 'The box does not let you do this.',
    advice: 'The admin of the box can change that.',
  },
  404: {
    title: 'There is nothing at this address.',
    advice: 'Is the address written as it was meant?',
  },
  408: { title: 'That took too long.', advice: AGAIN },
  410: { title: 'This is over.', advice: 'Ask for a new link.' },
  413: {
    title: 'That is too large.',
    advice: 'Choose something smaller, or ask the admin of the box.',
  },
  421: { title: 'This is at another address.', advice: 'Open it there.' },
  429: { title: 'That was too much at once.', advice: 'Wait a minute, then load this page again.' },
  500: {
    title: 'The box failed at this.',
    advice: 'Try again in a moment. The admin of the box finds the reason in its log.',
  },
  503: { title: 'The box cannot do this now.', advice: LATER },
  507: { title: 'The disk of the box is full.', advice: 'Tell the admin of the box.' },
}

/**
 * Answers a person who opens an address in a browser by a page, where a program gets an error as
 * JSON: whoever made that answer need not know of it.
 */
export function addErrorPages(app: FastifyInstance, parts: ErrorPagesParts): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400 || !isByPerson(request)) return payload
    const message = messageIn(reply, payload)
    return message === undefined ? payload : sendAs(request, reply, message, parts)
  })
}

/** Answers errors for which no hook is called: an address that cannot be read. */
export function errorWithPage(parts: ErrorPagesParts) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (!isByPerson(request)) {
      sendError(error, request, reply)
      return
    }
    reply.code(error.statusCode ?? 400)
    reply.send(sendAs(request, reply, error.message, parts))
  }
}

/** @returns the page */
function sendAs(
  request: FastifyRequest,
  reply: FastifyReply,
  message: string,
  { headers, ...parts }: ErrorPagesParts,
): string {
  reply.removeHeader('content-disposition')
  reply.headers({ ...headers, 'cache-control': 'no-store' })
  return errorPage(request, reply.statusCode, message, parts)
}

/** @param message as the end of a sentence, or as one */
export function errorPage(
  request: FastifyRequest,
  status: number,
  message: string,
  { pages, waysOn }: Pick<ErrorPagesParts, 'pages' | 'waysOn'>,
): string {
  const [home, elsewhere] = waysOn(request)
  return pages.render('trouble', {
    ...wordsOf(status),
    message: asSentence(forPerson(message)),
    ...{ home: home.url, homeName: home.name },
    ...{ elsewhere: elsewhere?.url ?? '', elsewhereName: elsewhere?.name ?? '' },
  })
}

function wordsOf(status: number): { readonly title: string; readonly advice: string } {
  const { title, advice } =
    WORDS[status] ??
    (status < 500
      ? { title: 'That did not work.', advice: AGAIN }
      : { title: 'The box failed at this.', advice: LATER })
  return { title, advice }
}

/** The sentence of an error that is answered as JSON; undefined: it is none. */
function messageIn(reply: FastifyReply, payload: unknown): string | undefined {
  if (typeof payload !== 'string' || !JSON_TYPE.test(String(reply.getHeader('content-type')))) {
    return undefined
  }
  const { message, detail } = JSON.parse(payload) as { message?: unknown; detail?: unknown }
  return [detail, message].find((words) => typeof words === 'string')
}

/** What a person asked for they know as an address, not as a method. */
function forPerson(message: string): string {
  return message.replace(/^there is nothing at (?:GET|HEAD) /, 'you asked for ')
}

function asSentence(words: string): string {
  const end = /[.!?…]$/.test(words) ? '' : '.'
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${end}`
}

/** What a person sees who looks at a list for programs. */
export function listPageBy(pages: Pick<DoorPages, 'headers' | 'render'>) {
  return (request: FastifyRequest, list: string) => {
    if (!isByPerson(request)) return undefined
    const root = rootFrom(request.originalUrl)
    return { headers: pages.headers, html: pages.render('libraries', { list, root }) }
  }
}
