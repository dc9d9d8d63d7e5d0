import { readdirSync, readFileSync } from 'node:fs'

const GOLDEN = new URL('../golden/', import.meta.url)

/** A session as clients had it: their frames in order. */
export type Transcript = readonly string[]

const JOIN = {
  id: 'S',
  action: 'JOIN',
  args: {
    name: 'org.example.app/room',
    appId: 'org.example.app',
    persistentId: 'p'.repeat(43),
    apiKey: 'none',
    version: 1,
    url: 'https://box/apps/app/',
    sdk: '2.0.4',
    codeHash: 'c'.repeat(43),
    user: ['viewId'],
    ticks: { tick: 33.33, delay: 0 },
    tove: 'tove',
    leaveDelay: 1250,
    flags: { rawtime: true },
  },
}

/** What clients send besides, as they were seen to send it. */
const CLIENT: Transcript = [
  JOIN,
  { id: 'S', action: 'SEND', args: [0, 0, 'payload', 34], tags: { debounce: 5000, msgID: 'poll' } },
  { id: 'S', action: 'TUTTI', args: [5000, 0, 'v', [0, 0, 'first'], true, ['t'], 'topic@5000'] },
  {
    id: 'S',
    action: 'SNAP',
    args: { time: 0, seq: 4294967281, hash: 'h'.repeat(43), url: 'http://box/files/snapshots/x' },
  },
  { id: 'S', action: 'SAVE', args: { persistTime: 5210, url: 'http://box/files/apps/x' } },
  { id: 'S', action: 'TICKS', args: { tick: 50, delay: 10, scale: 2 } },
  { id: 'S', action: 'LOG', args: 'a line' },
  { id: 'S', action: 'PULSE' },
  { action: 'PING', args: { sent: 1 } },
].map((frame) => JSON.stringify(frame))

/** The client's side of all golden transcripts, and of a whole client. */
export function readTranscripts(): Transcript[] {
  const golden = readdirSync(GOLDEN).flatMap((file) =>
    readFileSync(new URL(file, GOLDEN), 'utf8')
      .split(/^# /m)
      .map((transcript) => [JSON.stringify(JOIN), ...framesIn(transcript)]),
  )
  return [CLIENT, ...golden.filter((frames) => frames.length > 1)]
}

function framesIn(transcript: string): string[] {
  return [...transcript.matchAll(/^\w+ > (.*)$/gm)].map(([, frame = '']) => frame)
}
