import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBox, type TestBox } from '../support/start-box.ts'
import { NodeApp } from './node-app.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const DATA_BYTES = 100_000

let box: TestBox
let visitors: Visitors
let robot: NodeApp

beforeAll(async () => {
  box = await startBox({ BOX_WEB_DIR: APP_DIR })
  visitors = await Visitors.launch()
  robot = NodeApp.start(`${box.url}/`)
})

afterAll(async () => {
  await robot?.close()
  await visitors?.close()
  await box?.stop()
})

test('[SEND3] [FILE1] a client in Node and one in a browser are in the same session', async () => {
  const session = newSession()
  const ada = await visitors.join(`http://localhost:${box.port}`, session)
  await robot.join(session)
  await robot.publish('add', 1)
  await ada.publish('add', 2)
  for (const client of [ada, robot]) await client.shows({ count: 3 })
  await robot.share(DATA_BYTES)
  await robot.publish('mark', 'end')
  expect(await robot.marked('end')).toBe(await ada.marked('end'))
  expect(await ada.hasShared(DATA_BYTES)).toBe(true)
  expect(ada.errors).toEqual([])
})
