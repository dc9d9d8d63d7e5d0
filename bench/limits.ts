import { compiled } from './c-program.ts'
import { compare } from './comparison.ts'
import type { Bench } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What the program in C can do. */
const SCENARIOS = ['A', 'B', 'C', 'C18', 'E']

export const limits: Bench = {
  about: 'the box beside a program in C that does no more than it must: what is left to gain',
  async run(options) {
    const scenarios = options.scenarios.filter(({ name }) => SCENARIOS.includes(name))
    if (scenarios.length === 0) throw new UsageError(`limits has only ${SCENARIOS.join(', ')}`)
    const reference = {
      name: 'least-reflector.c',
      command: `'${compiled('least-reflector')}' {port}`,
      reflectorPath: '/reflector',
      filesPath: undefined,
    }
    return await compare({ ...options, scenarios, reference }, {})
  },
}
