import type { FastifyRequest } from 'fastify'
import { beforeEach, expect, test } from 'vitest'
import type { ListedApp } from '../apps/app-list.ts'
import { placeFactsBy } from './place-facts.ts'

const REQUEST = {} as FastifyRequest

let asked: number
/** So many lists come before the app was looked at. */
let early: number

beforeEach(() => {
  asked = 0
})

function factsOf(place: string) {
  const get = async () => {
    asked += 1
    const secure = asked > early ? ['camera'] : null
    return [{ url: 'apps/map/', title: 'Map', secure }] as unknown as readonly ListedApp[]
  }
  return placeFactsBy(Promise.resolve({ get }), () => undefined)(REQUEST, place)
}

test('an app that is just being looked at is waited for', async () => {
  early = 2
  expect(await factsOf('/apps/map/')).toEqual({ title: 'Map', secure: ['camera'] })
  expect(asked).toBe(3)
})

test('but not for ever', async () => {
  early = 9
  expect(await factsOf('/apps/map/')).toEqual({ title: 'Map', secure: null })
  expect(asked).toBe(3)
})

test('what is no app is not waited for', async () => {
  early = 9
  expect(await factsOf('/apps/gone/')).toEqual({ title: null, secure: null })
  expect(await factsOf('/')).toEqual({ title: null, secure: [] })
  expect(asked).toBe(2)
})
