import { defineTestModel } from './model.js'

let session
let library
let viewsMade = 0
let isSynced = false
const marks = {}

/**
 * Puts on `globalThis.app` what the tests do with a client library, in whatever it runs.
 * @param {(client: string) => Promise<object>} loadLibrary
 * @param {object} joinOptions that say where the box is
 */
export function installTestApp(loadLibrary, joinOptions) {
  globalThis.app = {
    ...testApp,
    async join({ client, name, password, release, rejoinLimit, more }) {
      library = await loadLibrary(client)
      const { Constants, Model, Session, View } = library
      Constants.release = release
      session = await Session.join({
        appId: 'io.test.e2e',
        name,
        password,
        rejoinLimit,
        model: defineTestModel({ Model }),
        view: defineTestView({ View }),
        ...joinOptions,
        ...more,
      })
      globalThis.session = session
    },
  }
}

const testApp = {
  state() {
    const model = session?.model
    return {
      viewsMade,
      isSynced,
      marks,
      sessionId: session?.id ?? '',
      persistentId: session?.persistentId ?? '',
      viewId: session?.view?.viewId ?? '',
      count: model?.count ?? 0,
      visits: model?.visits ?? [],
      isFromSaved: model?.isFromSaved ?? false,
      teatime: session?.view?.now() ?? 0,
      agreements: model?.agreements ?? 0,
      divergences: model?.divergences ?? 0,
    }
  },

  publish(event, data) {
    session.view.publish('test', event, data)
  },

  publishTogether(events) {
    for (const [event, data] of events) this.publish(event, data)
  },

  async publishOften(event, data, times, perSecond) {
    const start = performance.now()
    for (let sent = 0; sent < times; sent += 1) {
      const due = start + (sent * 1000) / perSecond
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
      this.publish(event, data)
    }
  },

  async seenTexts() {
    const { viewData, kept } = session.model
    const hashes = Object.entries(viewData).map(async ([viewId, data]) => [
      viewId,
      await sha256(JSON.stringify(data)),
    ])
    return {
      viewData: Object.fromEntries(await Promise.all(hashes)),
      kept: await Promise.all(kept.map(sha256)),
    }
  },

  noteMark(label, state) {
    marks[label] = state + clientVm().getSummaryHash()
  },

  /** Has all clients vote on a snapshot and one upload it, as they do by themselves after 5 s of model CPU. */
  snapshot() {
    const vm = clientVm()
    if (vm.forceSnapshot) vm.forceSnapshot()
    else vm.controller.scheduleSnapshot(true)
  },

  /** From now on people see what the client has to say to them. */
  showMessages() {
    library.App.messages = true
  },

  /** Does to the model here what no message has told the others. */
  spoil() {
    session.model.visits.push('nobody else has this')
    session.model.extra = 12345.678
  },

  async share(size) {
    const handle = await session.data.store(someBytes(size).buffer)
    this.publish('share', handle)
  },

  async hasShared(size) {
    const bytes = new Uint8Array(await session.data.fetch(session.model.handle))
    const expected = someBytes(size)
    return bytes.length === size && bytes.every((byte, index) => byte === expected[index])
  },
}

function defineTestView({ View }) {
  return class extends View {
    constructor(model) {
      super(model)
      viewsMade += 1
      this.subscribe(this.viewId, 'synced', this.noteSynced)
    }

    noteSynced(isInTime) {
      isSynced = isInTime
    }
  }
}

/** What the client library shows of itself for debugging. */
function clientVm() {
  return globalThis.CROQUETVM ?? globalThis.MULTISYNQVM
}

async function sha256(text) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return new Uint8Array(hash).toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** The same bytes everywhere, of all values. */
function someBytes(size) {
  return new Uint8Array(size).map((_, index) => (index * 31 + (index >> 8)) & 0xff)
}
