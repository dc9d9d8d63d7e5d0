/** Rules of `docs/protocol.md` without a test that a web socket is enough for: rule id, and why. */
export const UNTESTED: Readonly<Record<string, string>> = {
  SYNC9: 'Needs a store that cannot be read.',
  TIME6: 'Needs to kill the process of the box: test/box/process.test.ts.',
  TIME7: 'Needs to stop the process of the box: test/box/process.test.ts.',
  TICK4: 'Buffers between client and box hide whether the send buffer is empty.',
  USERS10: 'Needs to stop the box: test/session-restore.test.ts.',
  SNAP8: 'Needs the files of the box: own-box.test.ts.',
  LIVE3: 'Takes over a minute.',
  CLOSE1: 'A table; each code is tested at the rule that leads to it.',
  CLOSE3: 'Needs to stop the box: own-box.test.ts.',
  FILE7: 'Needs an upload of over 100 MB.',
  LOG1: 'Needs the log of the box: own-box.test.ts.',
  LOG2: 'Needs the log of the box: own-box.test.ts.',
  LOG3: 'Needs the log of the box: own-box.test.ts.',
}
