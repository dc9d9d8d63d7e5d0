import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { ANYBODY } from '../access/pass.ts'
import { Upgrade } from './upgrade.ts'

const ENOUGH_FOR_A_TURN = 4

it('[STORE3] whoever waits to be let in when nothing can be stored any more is told so', () => {
  let refusal: string | undefined
  const clock = new ManualClock()
  const upgrade = new Upgrade({
    ...{ maxFrameBytes: 1000, clock, timers: clock },
    proxies: {
      isTrusted: () => false,
      clientAddress: () => '10.0.0.1',
      accountOf: (address) => address,
    },
    observer: {
      isCrowded: () => false,
      refusal: () => refusal,
      admits: () => true,
      opened: () => {},
    },
  })
  const answers: string[] = []
  const come = () => {
    const index = answers.push('') - 1
    const socket = new Duplex({
      read() {},
      write(chunk, _, done) {
        answers[index] += chunk
        done()
      },
    })
    const request = { url: '/', method: 'GET', headers: {}, socket: { remoteAddress: '10.0.0.1' } }
    upgrade.accept(request as unknown as IncomingMessage, socket, Buffer.alloc(0), ANYBODY)
  }
  for (let count = 0; count <= ENOUGH_FOR_A_TURN; count += 1) come()
  expect(answers.at(-1)).toBe('')
  refusal = 'the box cannot store anything: its disk is full'
  while (clock.endTurn());
  expect(answers.at(-1)).toMatch(/^HTTP\/1.1 503 /)
  expect(answers.at(-1)).toContain(refusal)
})
