import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { SyncPump } from './sync-pump.ts'

it('lets joiners take turns, two blocks a turn of the event loop', () => {
  const clock = new ManualClock()
  const pump = new SyncPump(clock)
  const written: string[] = []
  for (const name of ['a', 'b', 'c']) {
    let left = 2
    const stream = {
      writeBlock: () => {
        written.push(name)
        left -= 1
        if (left > 0) pump.ready(stream)
      },
    }
    pump.ready(stream)
  }
  const turns: string[] = []
  while (clock.endTurn()) turns.push(written.splice(0).join(''))
  expect(turns).toEqual(['ab', 'ca', 'bc'])
})
