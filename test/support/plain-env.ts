import { devNull } from 'node:os'

const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env

/**
 * What a program of the box needs of this process's environment: no `BOX_…` settings, nor those of a developer's
 * `.env`, but that boxes take no names from each other, and what was compiled for earlier tests, which saves a
 * second of the processor each time.
 */
export const PLAIN_ENV = {
  ...{ PATH, NODE_COMPILE_CACHE },
  ...{ BOX_ENV_FILE: devNull, BOX_MDNS_NAME: 'off' },
} as const
