import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Stage } from './support/stage.ts'

// Each file holds transcripts. `# <rule> <statement>` begins one, on a fresh session at time 0. Then:
//   a joins {…}      a JOIN of its own with these args besides the usual ones
//   a watches {…}    the same as a viewer
//   a leaves         its socket closes
//   a is backlogged / a is caught up
//   @ 1000           the clock goes on to 1000 ms
//   a > {…}          a frame from a
//   a < {…}          the next frame to a, whole; `a < TICK` for any frame with that action
// Frames that are not listed fail the transcript, at the end as well.

const FOLDER = new URL('./golden/', import.meta.url)

for (const file of readdirSync(FOLDER).sort()) {
  describe(file, () => {
    for (const transcript of readFileSync(new URL(file, FOLDER), 'utf8').split(/^# /m).slice(1)) {
      const [title = '', ...lines] = transcript.split('\n')
      it(title, () => play(lines.filter((line) => line.trim() !== '')))
    }
  })
}

function play(lines: readonly string[]): void {
  const stage = new Stage()
  const names = new Set<string>()
  for (const line of lines) {
    const [name = '', verb = '', ...words] = line.trim().split(' ')
    if (name === '@') stage.advanceTo(Number(verb))
    else {
      names.add(name)
      act(stage, line, { name, verb, rest: words.join(' ') })
    }
  }
  for (const name of names) expect(stage.member(name).frames, `frames left for ${name}`).toEqual([])
}

function act(
  stage: Stage,
  line: string,
  { name, verb, rest }: Record<'name' | 'verb' | 'rest', string>,
) {
  const verbs: Record<string, () => void> = {
    joins: () => stage.join(name, rest ? JSON.parse(rest) : {}),
    watches: () => stage.join(name, rest ? JSON.parse(rest) : {}, true),
    leaves: () => stage.leave(name),
    is: () => {
      stage.member(name).isCaughtUp = rest === 'caught up'
    },
    '>': () => stage.say(name, rest),
    '<': () => expectFrame(line, stage.member(name).frames.shift(), rest),
  }
  const run = verbs[verb]
  if (!run) throw new Error(`not a transcript line: ${line}`)
  run()
}

function expectFrame(line: string, frame: string | undefined, expected: string): void {
  expect(frame, `${line}: no frame`).toBeDefined()
  if (expected.startsWith('{')) expect(JSON.parse(frame ?? ''), line).toEqual(JSON.parse(expected))
  else expect(JSON.parse(frame ?? '').action, line).toBe(expected)
}
