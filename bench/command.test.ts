import { expect, it } from 'vitest'
import { readCommand } from './command.ts'
import { UsageError } from './usage-error.ts'

it('is a quick comparison of the box alone unless told otherwise', () => {
  const command = readCommand([])
  expect(command).toMatchObject({ name: 'compare', isWritten: false, isChecked: false })
  expect(command?.options).toMatchObject({ isFull: false, reference: undefined })
  expect(scenariosOf(command)).toEqual(['A', 'B', 'C', 'D', 'E'])
})

it('has all scenarios in a full comparison, and any that is asked for in a quick one', () => {
  expect(scenariosOf(readCommand(['--full']))).toEqual(['A', 'B', 'C', 'C18', 'D', 'E', 'F', 'G'])
  expect(scenariosOf(readCommand(['--only', 'G,A']))).toEqual(['A', 'G'])
})

it('takes --profile for the profile of these scenarios', () => {
  const command = readCommand(['--profile', 'D'])
  expect(command?.name).toBe('profile')
  expect(scenariosOf(command)).toEqual(['D'])
})

it('reads a reference', () => {
  const command = readCommand(['--reference', 'serve {port}', '--reference-files', '/files'])
  expect(command?.options.reference).toEqual({
    name: 'serve {port}',
    command: 'serve {port}',
    reflectorPath: '/reflector',
    filesPath: '/files',
  })
})

it('gives help to who asks for it', () => {
  expect(readCommand(['--help'])).toBeUndefined()
})

it.each([
  [['nothing'], 'there is no bench "nothing": choose of compare, limits, '],
  [['compare', 'limits'], 'one NAME at most can be given'],
  [['--only', 'Z'], 'there is no scenario Z: choose of A, B, C, C18, D, E, F, G'],
  [['--rounds', 'many'], '"many" is not a list of numbers'],
  [['--upstream', 'bench'], /^bench is not packages\/reflector/],
  [['--fast'], /^Unknown option '--fast'/],
])('refuses %j in words', (args, words) => {
  expect(() => readCommand(args)).toThrow(UsageError)
  expect(() => readCommand(args)).toThrow(words)
})

function scenariosOf(command: ReturnType<typeof readCommand>): string[] {
  return (command?.options.scenarios ?? []).map(({ name }) => name).sort()
}
