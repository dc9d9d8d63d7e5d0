import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Count } from '../src/count.ts'
import { type Pair, twoClients } from './two-clients.ts'

let pair: Pair<Count>

beforeEach(async () => {
  pair = await twoClients(Count)
})
afterEach(() => pair?.leave())

test('what one user counts, the other one sees', async () => {
  const { ada, bob } = pair
  ada.view.publish(ada.model.id, 'add')
  bob.view.publish(bob.model.id, 'add')
  await vi.waitFor(() => {
    expect([ada.model.count, bob.model.count]).toEqual([2, 2])
  })
})
