import type { Caller, KnownHosts } from './known-hosts.ts'
import { LAN, Networks } from './networks.ts'
import { ANYBODY, type Pass } from './pass.ts'
import { closeReason, type Refusal } from './refusal.ts'

/** Who may come in without a credential (`BOX_ACCESS`). */
export const POLICIES = ['lan', 'open', 'passphrase', 'invite', 'jwt'] as const
export type PolicyName = (typeof POLICIES)[number]

const NO_PASSPHRASE: Refusal = {
  statusCode: 401,
  message: 'this box asks for a passphrase: open its page in a browser and enter it there',
  page: 'passphrase',
  closeReason: closeReason(
    'This box asks for a passphrase: enter it on its first page, then open this page again.',
  ),
  cause: {
    why: 'They did not enter the passphrase, or their browser does not keep the cookie.',
    remedy: 'Tell them the passphrase. They enter it on the first page of the box.',
  },
}
const NO_LINK: Refusal = {
  statusCode: 401,
  message: 'this box opens to those who have a link: ask whoever runs it for one',
  page: 'link',
  closeReason: closeReason('This box opens by invite links only. Ask its admin for one.'),
  cause: {
    why: 'They came without an invite link, or their browser does not keep the cookie.',
    remedy: 'Send them an invite link: npm run invite makes one.',
  },
}
const NO_TOKEN: Refusal = {
  statusCode: 401,
  message: 'this box opens to those who bring a token: go in by the site that sent you here',
  page: 'link',
  closeReason: closeReason(
    'This box opens to those who bring a token: go in by the site that sent you here.',
  ),
  cause: {
    why: 'They came without a token (BOX_ACCESS=jwt).',
    remedy: 'The site that sends people here has to give its pages a token, or a link with one.',
  },
}

/** Decides on those who show no credential. */
export class Policy {
  readonly name: PolicyName
  readonly #near: Networks
  readonly #hosts: KnownHosts
  readonly #own: Pick<Networks, 'includes'>

  /**
   * @param allow networks that count as near, beside the LAN
   * @param own networks that the machine of the box is in
   */
  constructor(
    name: PolicyName,
    allow: readonly string[],
    hosts: KnownHosts,
    own: Pick<Networks, 'includes'>,
  ) {
    this.name = name
    this.#hosts = hosts
    this.#own = own
    this.#near = new Networks([...LAN, ...allow])
  }

  /** The pass that an address alone gives, asked for by a name of the box; undefined: none. */
  passFor(caller: Caller): Pass | undefined {
    if (this.name === 'open') return ANYBODY
    if (this.name !== 'lan' || !this.#isNear(caller.address)) return undefined
    return this.#hosts.refusalFor(caller, 'network') ? undefined : ANYBODY
  }

  /** Whether whoever comes from there may try to log in: that is a way in where the address alone is none. */
  mayLogIn(caller: Caller): boolean {
    return this.name !== 'lan' || this.passFor(caller) !== undefined
  }

  #isNear(address: string): boolean {
    return this.#near.includes(address) || this.#own.includes(address)
  }

  /** What those are told for whom there is no pass. */
  refusalFor(caller: Caller): Refusal {
    const { address } = caller
    switch (this.name) {
      case 'lan':
      case 'open': {
        const unknownName = this.#hosts.refusalFor(caller, 'network')
        if (unknownName && this.#isNear(address)) return unknownName
        return {
          statusCode: 403,
          message:
            `this box is for the people on its own network, and ${address} is not on it: ` +
            `whoever runs the box can send you an invite, or let you in with BOX_ALLOW=${address}`,
          page: 'stranger',
          closeReason: closeReason(
            'This box is for the people on its own network. Ask its admin for an invite link.',
          ),
          cause: {
            why: `${address} is not on the network of the box.`,
            remedy: `Send them an invite link, or add ${address} to BOX_ALLOW, and start the box again.`,
          },
        }
      }
      case 'passphrase':
        return NO_PASSPHRASE
      case 'invite':
        return NO_LINK
      case 'jwt':
        return NO_TOKEN
    }
  }
}
