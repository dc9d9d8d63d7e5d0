// Started by `Attacker`: name of the attack, port, ms, how long fields are. Answers each message with a
// report, and says `'done'` when its time is up. Its sockets stay open until its process is ended.
import type { Attack } from './attack.ts'
import { sumOf } from './attack-report.ts'
import type { Lengths } from './attacker.ts'
import { ATTACKS } from './attacks.ts'
import { Battlefield } from './battlefield.ts'

const [name = '', port, ms, lengths] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
const attack = ATTACKS[name]
if (!attack) throw new Error(`there is no attack ${name}`)
const phases = phasesOf(attack, Number(ms), lengths as Lengths)
const fields: Battlefield[] = []
process.on('message', () => process.send?.(sumOf(fields.map((field) => field.summary()))))
for (const phase of phases) {
  const field = new Battlefield({ port: Number(port), ...phase })
  fields.push(field)
  await attack.run(field)
}
process.send?.('done')

/** What is refused when it is too long is tried at its longest, too. */
function phasesOf({ fields }: Attack, ms: number, lengths: Lengths) {
  if (lengths !== 'both') return [{ ms, isOverlong: lengths === 'frame' }]
  if (fields.length === 0) return [{ ms, isOverlong: false }]
  return [
    { ms: ms / 4, isOverlong: true },
    { ms: (ms * 3) / 4, isOverlong: false },
  ]
}
