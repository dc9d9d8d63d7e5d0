import type {
  MemberFacts,
  NoticeCounts,
  SessionDesk,
  SessionFacts,
  SessionLabel,
  Visitor,
} from './ports.ts'

export const LABEL: SessionLabel = {
  name: 'main',
  appId: 'org.example.app',
  persistentId: 'P',
  pageUrl: 'http://box.school/apps/app/',
}

/** 43 letters. */
export function idOf(letter: string): string {
  return letter.repeat(43)
}

export function visitor(name: string, changes: Partial<Visitor> = {}): Visitor {
  return {
    ...{ connection: `10.0.0.1:${name}`, userIp: '10.0.0.1', user: [name], isViewer: false },
    ...{ boxHost: 'box.school', sdk: '2.0.4', codeHash: 'c0de', ...changes },
  }
}

export function member(name: string, changes: Partial<MemberFacts> = {}): MemberFacts {
  const traffic = { mi: 1, mo: 2, bi: 30, bo: 40 }
  return { ...visitor(name), since: 0, latencyMs: undefined, traffic, ...changes }
}

export function session(letter: string, changes: Partial<SessionFacts> = {}): SessionFacts {
  return {
    ...LABEL,
    ...{ id: idOf(letter), users: 1, startedAt: 0, reflected: { messages: 0, bytes: 0 } },
    ...{ joinCost: { messages: 3, bytes: 300 }, snapshotPath: undefined, ...changes },
  }
}

/** A desk of these sessions, whose members are the same everywhere. It remembers what was done. */
export class SampleDesk implements SessionDesk {
  readonly running = new Map<string, SessionFacts>()
  here: MemberFacts[] = []
  readonly done: unknown[][] = []

  get connectionCount(): number {
    return this.here.length
  }

  get sessionCount(): number {
    return this.running.size
  }

  put(facts: SessionFacts): void {
    this.running.set(facts.id, facts)
  }

  sessions(): Iterable<SessionFacts> {
    return this.running.values()
  }

  session(sessionId: string): SessionFacts | undefined {
    return this.running.get(sessionId)
  }

  members(sessionId: string): readonly MemberFacts[] {
    return this.running.has(sessionId) ? this.here : []
  }

  askForSnapshot(sessionId: string): number | undefined {
    this.done.push(['ask', sessionId])
    return this.running.get(sessionId)?.users
  }

  inform(sessionId: string, notice: object): NoticeCounts | undefined {
    this.done.push(['inform', sessionId, notice])
    const told = this.running.get(sessionId)?.users
    return told === undefined ? undefined : { id: 1, told, seen: 0 }
  }

  notice(sessionId: string, id: number): NoticeCounts | undefined {
    const told = id === 1 ? this.running.get(sessionId)?.users : undefined
    return told === undefined ? undefined : { id, told, seen: 1 }
  }

  disconnect(sessionId: string, connection: string): boolean | undefined {
    this.done.push(['disconnect', sessionId, connection])
    if (!this.running.has(sessionId)) return undefined
    return this.here.some((each) => each.connection === connection)
  }

  async close(sessionId: string): Promise<boolean> {
    return this.running.delete(sessionId)
  }

  async remove<T>(sessionId: string, remove: () => Promise<T>): Promise<T> {
    this.running.delete(sessionId)
    return remove()
  }
}
