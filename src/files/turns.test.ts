import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

/** An operation that a test ends by hand. */
function operation(started: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const run = () => {
    started.push(name)
    return promise
  }
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) }
}

test('so many run at once, the others in the order in which they came', async () => {
  const started: string[] = []
  const turns = new Turns(2)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => operation(started, name))
  const results = [a, b, c, d].map((each) => turns.run(each?.run ?? Promise.reject))
  expect(started).toEqual(['a', 'b'])
  b?.end()
  expect(await results[1]).toBe('b')
  expect(started).toEqual(['a', 'b', 'c'])
  a?.end()
  await results[0]
  expect(started).toEqual(['a', 'b', 'c', 'd'])
  c?.end()
  d?.end()
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'])
})

test('one that fails gives its turn to the next', async () => {
  const started: string[] = []
  const turns = new Turns(1)
  const [a, b] = [operation(started, 'a'), operation(started, 'b')]
  const results = [turns.run(a.run), turns.run(b.run)]
  a.fail()
  await expect(results[0]).rejects.toThrow('a')
  expect(started).toEqual(['a', 'b'])
  b.end()
  expect(await results[1]).toBe('b')
  expect(await turns.run(async () => 'c')).toBe('c')
})

test('of those that wait, each sender has its turn, however many operations another one has', async () => {
  const started: string[] = []
  const turns = new Turns(1)
  const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']
  const results = names.map((name) => {
    const { run, end } = operation(started, name)
    end()
    return turns.run(run, name.slice(0, 1))
  })
  await Promise.all(results)
  expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})
