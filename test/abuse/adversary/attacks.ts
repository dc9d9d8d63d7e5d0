import type { Attack } from './attack.ts'
import { crowdAttacks } from './crowd-attacks.ts'
import { joinAttacks } from './join-attacks.ts'
import { memberAttacks } from './member-attacks.ts'
import { socketAttacks } from './socket-attacks.ts'

/** All attacks, by name. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  ...joinAttacks,
  ...memberAttacks,
  ...socketAttacks,
  ...crowdAttacks,
}
