import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { passwordPrompt } from './password-prompt.ts'

function terminal(isTTY: boolean) {
  const stdin = Object.assign(new PassThrough(), { isTTY })
  const shown: string[] = []
  const stderr = { write: (text: string) => shown.push(text) > 0 }
  return { stdin, shown, ask: passwordPrompt(stdin, stderr) }
}

test('a password is asked for and not shown', async () => {
  const { stdin, shown, ask } = terminal(true)
  const answer = ask?.()
  stdin.write('secret word\n')
  expect(await answer).toBe('secret word')
  expect(shown.join('')).toBe('Admin password of the box: \n')
})

test('nobody is asked where nobody sits', () => {
  expect(terminal(false).ask).toBeUndefined()
})
