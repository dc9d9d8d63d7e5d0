import { type Model, Session, View } from '@multisynq/client'
import { boxUrl } from '../box-url.js'

const FRAME_MS = 20

/** One user, as far as tests need one. */
export interface Client<M extends Model> {
  readonly model: M
  readonly view: View
}

/** Two users in a session of their own, who leave when the test ends. */
export interface Pair<M extends Model> {
  readonly ada: Client<M>
  readonly bob: Client<M>
  leave(): Promise<void>
}

export async function twoClients<M extends Model>(
  model: new (...args: never[]) => M,
): Promise<Pair<M>> {
  await fetch(new URL('healthz', boxUrl)).catch((cause: unknown) => {
    throw new Error(`no box answers at ${boxUrl.href}: start it, or set BOX_URL`, { cause })
  })
  // In Node the client takes its page's address from here.
  Object.assign(globalThis, { window: { location: boxUrl } })
  const name = crypto.randomUUID()
  const join = () =>
    Session.join({
      ...{ box: boxUrl.href, appId: 'org.example.test', name, password: 'test' },
      ...{ model: model as never, view: View, step: 'manual' },
    })
  const sessions = [await join(), await join()]
  const frames = setInterval(() => {
    for (const session of sessions) session.step(performance.now())
  }, FRAME_MS)
  const [ada, bob] = sessions as unknown as [Client<M>, Client<M>]
  return {
    ...{ ada, bob },
    leave: async () => {
      clearInterval(frames)
      for (const session of sessions) await session.leave()
    },
  }
}
