import { AppOrigins } from '../../src/apps/origins/app-origins.ts'

/** Those of a box whose owner wants no walls between apps. */
export function sharedOrigins(): AppOrigins {
  return new AppOrigins({
    rule: { kind: 'shared' },
    apps: { open: async () => {}, list: () => [], find: () => undefined, onChange: () => () => {} },
    openPort: () => Promise.reject(new Error('no port is wanted')),
    log: { warn: () => {} },
  })
}
