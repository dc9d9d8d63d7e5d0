import { compiled } from './c-program.ts'
import { compare } from './comparison.ts'
import type { Bench } from './options.ts'

/** What the program in C can do. */
const SCENARIOS = ['A', 'B', 'C', 'C18', 'E']

export const limits: Bench = {
  about: 'the box beside a program in C that does no more than it must: what is left to gain',
  run: (options) =>
    compare(
      {
        ...options,
        scenarios: options.scenarios.filter(({ name }) => SCENARIOS.includes(name)),
        reference: {
          name: 'least-reflector.c',
          command: `'${compiled('least-reflector')}' {port}`,
          reflectorPath: '/reflector',
          filesPath: undefined,
        },
      },
      {},
    ),
}
