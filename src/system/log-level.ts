// Apart from log.ts, which loads what writes a log: settings are read before that.

/** From the least grave to the gravest. */
export const LOG_LEVELS = [
  'trace',
  'debug',
  'info',
  'notice',
  'warn',
  'error',
  'fatal',
  'silent',
] as const

/** In place of a level: the usual one, but a terminal shows only what somebody has to act on. */
export const AUTO_LEVEL = 'auto'
export const USUAL_LEVEL = 'info'
