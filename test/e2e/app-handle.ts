import { expect } from 'vitest'

const WAIT_MS = 15_000

export type ClientName = 'croquet' | 'multisynq' | 'croquet-1.1.0'

export interface JoinOptions {
  readonly client: ClientName
  readonly name: string
  readonly password: string
  /** a constant of the app: another one makes it another app as far as sessions go */
  readonly release: number
  /** how long the client keeps its view without a connection (ms) */
  readonly rejoinLimit: number
  /** more options of `Session.join`, as an app may give them */
  readonly more?: Readonly<Record<string, unknown>>
}

/** What the app shows of itself and of the model. */
export interface AppState {
  readonly viewsMade: number
  /** the client has caught up with teatime: only then it votes on what to save */
  readonly isSynced: boolean
  /** label to the state of the whole model at the teatime of that mark */
  readonly marks: Readonly<Record<string, string>>
  readonly sessionId: string
  readonly persistentId: string
  readonly viewId: string
  readonly count: number
  readonly visits: ReadonlyArray<readonly ['join' | 'exit', string]>
  readonly isFromSaved: boolean
  /** of the model (ms) */
  readonly teatime: number
  /** how often the models answered a `reflect` in the same way, and in different ways */
  readonly agreements: number
  readonly divergences: number
}

/** Texts that came by the reflector, as base64url SHA-256. */
export interface SeenTexts {
  /** view ID to the JSON of the `viewData` that it joined with */
  readonly viewData: Readonly<Record<string, string>>
  /** what was published as `keep`, oldest first */
  readonly kept: readonly string[]
}

/** Like `expect`, of what is read again and again until it is as expected. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: WAIT_MS })

/** The test app in one client, wherever that runs. */
export abstract class AppHandle {
  /** Calls a function of `app/test-app.js` over there. */
  protected abstract call(method: string, ...args: readonly unknown[]): Promise<unknown>

  async join(options: JoinOptions): Promise<void> {
    await this.call('join', options)
  }

  async state(): Promise<AppState> {
    return (await this.call('state')) as AppState
  }

  /** An event of this view for the model. */
  async publish(event: string, data?: unknown): Promise<void> {
    await this.call('publish', event, data)
  }

  /** Publishes all of it without a pause in between. */
  async publishTogether(events: ReadonlyArray<readonly [event: string, data: unknown]>) {
    await this.call('publishTogether', events)
  }

  /** Publishes the event so often, evenly spread over time. */
  async publishOften(event: string, data: unknown, times: number, perSecond: number) {
    await this.call('publishOften', event, data, times, perSecond)
  }

  async seenTexts(): Promise<SeenTexts> {
    return (await this.call('seenTexts')) as SeenTexts
  }

  /** Waits until the state has these values. */
  async shows(expected: { readonly [K in keyof AppState]?: unknown }): Promise<void> {
    await eventually(() => this.state()).toMatchObject(expected)
  }

  /** The state of the whole model at the teatime of that mark, once it was reached. */
  async marked(label: string): Promise<string> {
    await this.shows({ marks: { [label]: expect.any(String) } })
    return (await this.state()).marks[label] ?? ''
  }

  /** From now on the client shows what it has to say to its user. */
  async showMessages(): Promise<void> {
    await this.call('showMessages')
  }

  /** Makes the model of this client another than that of all others. */
  async spoil(): Promise<void> {
    await this.call('spoil')
  }

  async snapshot(): Promise<void> {
    await this.call('snapshot')
  }

  /** Stores so many bytes on the box and gives the model their handle. */
  async share(size: number): Promise<void> {
    await this.call('share', size)
  }

  /** Fetches what was shared; whether it is what anybody shares who shares so many bytes. */
  async hasShared(size: number): Promise<boolean> {
    return (await this.call('hasShared', size)) as boolean
  }
}
