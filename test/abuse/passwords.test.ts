import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pLimit from 'p-limit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'

const PASSWORD = 'correct horse battery'
const AT_ONCE = 50
const PING_EVERY_MS = 20
/** On two cores that others use as well. */
const MOST_MEDIAN_MS = 100

let dir: string
let box: BoxProcess
let url: string
let agent: Agent

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'passwords-'))
  agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE + 1 })
  box = new BoxProcess({ BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: dir })
  url = await box.adminUrl()
  await expect.poll(() => setupUrl()).toBeDefined()
  const body = JSON.stringify({ password: PASSWORD, code: setupUrl()?.split('/').at(-1) })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/api/v1/setup`, { method: 'POST', body, headers })
})
afterEach(async () => {
  agent.destroy()
  box.kill('SIGKILL')
  await box.exit
  await rm(dir, { recursive: true })
})

const setupUrl = () => /http:\S+\/admin\/setup\/\S+/.exec(box.stdout)?.[0]

test.each([
  ['one address', 10_000, () => '192.168.1.7'],
  ['a thousand addresses', 2000, (index: number) => `10.0.${(index >> 4) % 64}.${index % 16}`],
])('[ADMIN3] wrong passwords from %s, %d of them, hold nobody up', async (_, tries, addressOf) => {
  const ping = keepPinging()
  const limit = pLimit(AT_ONCE)
  const statuses = await Promise.all(
    Array.from({ length: tries }, (_, index) => limit(() => logIn('wrong', addressOf(index)))),
  )
  const pings = await ping.stop()
  const counts = Object.groupBy(statuses, String)
  expect(Object.keys(counts)).toEqual(['401', '429'])
  expect(counts['429']?.length).toBeGreaterThan(tries * 0.9)
  expect(median(pings)).toBeLessThan(MOST_MEDIAN_MS)
  await expect.poll(() => logIn(PASSWORD, '192.168.1.8'), { interval: 500 }).toBe(200)
  const lines = box.stderr.split('\n').filter((line) => line.includes('"event":"limit"'))
  expect(lines.length).toBeLessThan(300)
})

/** What others wait for an answer (ms). */
function keepPinging() {
  const pings: number[] = []
  let isOver = false
  async function run(): Promise<void> {
    while (!isOver) {
      const before = performance.now()
      await (await fetch(`${url}/healthz`)).text()
      pings.push(performance.now() - before)
      await delay(PING_EVERY_MS)
    }
  }
  const ended = run()
  return {
    stop: async () => {
      isOver = true
      await ended
      return pings
    },
  }
}

function logIn(password: string, address: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': address }
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/v1/login`, { method: 'POST', headers, agent }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('error', reject)
    asked.end(JSON.stringify({ password }))
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity
}
