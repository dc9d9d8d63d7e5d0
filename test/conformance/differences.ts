/**
 * Where the box keeps a rule that the reference reflector does not: rule id, and why in one sentence.
 * `docs/protocol.md` lists the same under "Differences from the reference reflector".
 */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  CON1: 'The reference takes any id that is not empty; clients make nothing but 43 base64url characters, so anything else is a mistake or an attempt.',
  FRAME3:
    'The reference cuts long frames at a fixed length, which turns a code point on the cut into two replacement characters.',
  FRAME8:
    'The reference takes frames of up to 100 MiB, so that one client can fill the memory of all.',
  JOIN3: 'The reference ends its process when the args of JOIN are null or missing.',
  JOIN4: 'The reference ends its process when JOIN has no ticks.',
  JOIN8:
    'In a running session the reference obeys TICKS, TUTTI, SNAP and SAVE of connections that have not joined.',
  JOIN9:
    'The reference posts to any heraldUrl that a client names; the box only to hosts that its owner listed.',
  SYNC3:
    'The reference puts messages second; when they are last, they can be sent as they are stored, however long the history.',
  TIME5:
    'The reference without storage forgets a session that nobody is in; sessions of the box outlive their last user.',
  TICK3:
    'The reference waits a whole interval after each tick, so that every delay adds to those before it.',
  TICK6:
    'The reference ticks as often as the first joiner says, once every millisecond if need be.',
  SEND6:
    'The reference writes _size into a payload that is an object; the box carries payloads untouched.',
  USERS2:
    'The reference compares users that are strings by value, so that one connection cancels out another.',
  SNAP3: 'The reference serves a snapshot from the future, which no joiner can use.',
  SNAP5: 'The reference sends every joiner to whatever URL a client announced.',
  SNAP6: 'The reference serves a snapshot whose file is not there, which locks all joiners out.',
  SNAP7: 'The reference takes 100,000 messages, however short or long they are.',
  SNAP9:
    'The reference asks for no snapshot before the 60,000th message, so that until then joining takes ever longer.',
  SNAP10: 'The reference asks for no snapshot because messages are long.',
  SNAP12:
    'The reference lets the last user leave with a long history, which the next joiner has to go through.',
  SNAP13:
    'The reference asks by the number of messages alone, whether nobody answered or somebody just did.',
  SNAP14: 'The reference asks by the number of messages alone, however new the last snapshot is.',
  SAVE1: 'The reference without storage forgets persistent data.',
  LIVE1:
    'The reference leaves a connection open that does not join when it runs on localhost, and only refuses its late JOIN with 4003.',
  LIVE2: 'The reference does not look for dead connections when it runs on localhost.',
  LIVE4: 'The reference lets what a client does not read grow without limit.',
  URL1: 'The reference passes on the URL as the uploader announced it, which another client may not reach.',
  URL2: 'The reference passes on the URL as the uploader announced it, wherever it leads.',
  FILE1: 'The reference reflector serves no files.',
  FILE2: 'The reference reflector serves no files.',
  FILE3: 'The reference reflector serves no files.',
  FILE4: 'The reference reflector serves no files.',
  FILE5: 'The reference reflector serves no files.',
  FILE6: 'The reference reflector serves no files.',
  FILE8: 'The reference reflector serves no files.',
  HTTP6: 'The reference does not count snapshots or what joining costs.',
}

/** @throws if the difference is not in the table */
export function whyDifferent(id: string): string {
  const why = DIFFERENCES[id]
  if (why === undefined) throw new Error(`${id} is not in the table of differences`)
  return why
}
