import { BoxTokens, type BoxTokensParts } from './box-tokens.ts'
import { ForeignTokens, type Issuer } from './foreign-tokens.ts'
import type { Log } from './ports.ts'
import { bad, type Verdict } from './verdict.ts'

export interface TokensParts extends BoxTokensParts {
  /** undefined: the box takes no tokens of others */
  readonly issuer: Issuer | undefined
  readonly log: Log
}

/** All tokens that the box takes. */
export class Tokens {
  readonly ofBox: BoxTokens
  readonly #foreign: ForeignTokens | undefined

  constructor(parts: TokensParts) {
    const { issuer, clock, log } = parts
    this.ofBox = new BoxTokens(parts)
    this.#foreign = issuer && new ForeignTokens(issuer, clock, log)
  }

  /** What a token is good for, whoever shows it. */
  async verify(token: string): Promise<Verdict> {
    return (
      (await this.ofBox.verify(token)) ??
      (await this.#foreign?.verify(token)) ??
      bad('this is no token of this box, or not all of it')
    )
  }
}
