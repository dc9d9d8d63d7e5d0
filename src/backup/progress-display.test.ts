import { expect, it } from 'vitest'
import { contentsText, progressDisplay, sizeText } from './progress-display.ts'

class Screen {
  readonly isTTY: boolean
  columns = 80
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string): boolean {
    this.text += text
    return true
  }
}

it('prints a line now and then where there is no terminal', () => {
  const screen = new Screen(false)
  let now = 0
  const display = progressDisplay(screen, () => now)
  const show = (doneBytes: number, totalBytes?: number) =>
    display.show({ step: 'writing', doneBytes, totalBytes })
  show(1e6, 9e6)
  now = 10_000
  show(2e6, 9e6)
  now = 15_000
  show(3e6, 9e6)
  now = 20_000
  show(4e6)
  display.end()
  expect(screen.text).toBe('writing: 2.0 MB of 9.0 MB\nwriting: 4.0 MB\n')
})

it('draws a bar for each step on a terminal', () => {
  const screen = new Screen(true)
  const display = progressDisplay(screen, () => 0)
  display.show({ step: 'copying', doneBytes: 0, totalBytes: 2e6 })
  display.show({ step: 'copying', doneBytes: 1e6, totalBytes: 2e6 })
  display.show({ step: 'writing', doneBytes: 3e6, totalBytes: undefined })
  display.end()
  display.end()
  expect(screen.text).toMatch(/copying \[[=-]+\] 50 % of 2\.0 MB/)
  expect(screen.text).toMatch(/writing \[=+\] 100 % of 3\.0 MB/)
  expect(screen.text.endsWith('\n')).toBe(true)
})

it('gives a size in megabytes', () => {
  expect(sizeText(1_250_000)).toBe('1.3 MB')
})

it('words what a backup holds', () => {
  expect(contentsText({ sessions: 1, files: 2, apps: 0 })).toBe('1 session and 2 files')
  expect(contentsText({ sessions: 2, files: 1, apps: 1 })).toBe('2 sessions, 1 file and 1 app')
})
