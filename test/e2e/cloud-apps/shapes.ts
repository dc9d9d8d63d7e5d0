/** An app that was made for the cloud, of one shape that such apps have. */
export interface Shape {
  readonly name: string
  /** path to text; without a page of its own, it has the usual one with this in its body */
  readonly files: Readonly<Record<string, string>>
  /** path to what is installed: a client that the app brings along */
  readonly clients: Readonly<Record<string, string>>
}

const CURRENT = { 'client.js': '@croquet/croquet/pub/croquet.min.js' }
const MODULE = { 'client.js': '@croquet/croquet/pub/croquet.esm.js' }
const OLD = { 'client.js': 'croquet-1.1.0/pub/croquet.min.js' }
/** Keys of the cloud begin with their kind. */
const OLD_KEY = "{ apiKey: '1_key_of_the_cloud' }"

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    ${head}
    <script src="count.js"></script>
  </head>
  <body>
    ${body}
  </body>
</html>
`
}

function shape(name: string, clients: Shape['clients'], body: string, head?: string): Shape {
  return { name, clients, files: { 'index.html': page(name, body, head) } }
}

const FRAMED = `<!doctype html><script src="count.js"></script><script src="client.js"></script>
<body><script>document.title = 'framed'; startCount(Croquet)</script>`
const FRAME_STYLE = '<style>iframe { position: fixed; inset: 0; width: 100%; height: 100% }</style>'

/** What people see of a client of each age that a page loads as its own file. */
export const CLIENTS: readonly Shape[] = [
  ['croquet-1.0.5/pub/croquet.min.js', OLD_KEY],
  ['croquet-1.1.0-14/pub/croquet.min.js', OLD_KEY],
  ['croquet-1.1.0-32/pub/croquet.min.js', OLD_KEY],
  ['croquet-1.1.0/pub/croquet.min.js', OLD_KEY],
  ['croquet-2.0.0/pub/croquet.min.js', OLD_KEY],
  ['@croquet/croquet/pub/croquet.min.js', '{}'],
  ['multisynq-1.0.4/bundled/multisynq-client.min.js', '{}'],
  ['@multisynq/client/bundled/multisynq-client.min.js', '{}'],
].map(([client = '', more]) => {
  const name = client.replaceAll(/^@|\/(?:pub|bundled)\/.*/g, '').replace('/', '-')
  const body = `<script>
      const client = globalThis.Croquet ?? globalThis.Multisynq
      startCount(client, ${more}).then((session) => {
        globalThis.share = async (text) => {
          const bytes = new TextEncoder().encode(text).buffer
          return client.Data.toId(await client.Data.store(session.id, bytes))
        }
        globalThis.read = async (id) => {
          const handle = client.Data.fromId(id)
          return new TextDecoder().decode(await client.Data.fetch(session.id, handle))
        }
      })
    </script>`
  return shape(name, { 'client.js': client }, body, '<script src="client.js"></script>')
})

export const SHAPES: readonly Shape[] = [
  // Its names are words that the client has, too, and it is called as they are.
  shape(
    'box',
    CURRENT,
    `<div id="box"></div>
    <script>
      // reflector: 'ws://localhost:9090', box: 'http://localhost:9090/'
      const MODELS = { box: 'models/box.glb', reflector: 'models/dish.glb', files: './files/' }
      startCount(Croquet)
    </script>`,
    '<script src="client.js"></script>',
  ),
  shape(
    'imported-late',
    MODULE,
    `<script type="module">
      // A router moves on before anybody joins.
      history.pushState(null, '', location.pathname + 'rooms/1?q#here')
      const Croquet = await import('./client.js')
      startCount(Croquet)
    </script>`,
  ),
  shape(
    'added-script',
    CURRENT,
    `<script>
      const script = document.createElement('script')
      script.src = ['client', 'js'].join('.')
      script.onload = () => startCount(Croquet)
      document.head.append(script)
    </script>`,
  ),
  {
    name: 'own-import-map',
    clients: MODULE,
    files: {
      'index.html': page(
        'own-import-map',
        `<script type="module">
          import * as Croquet from 'croquet'
          startCount(Croquet)
        </script>`,
        `<script type="importmap">{ "imports": { "croquet": "./client.js" } }</script>`,
      ),
    },
  },
  shape(
    'srcdoc',
    CURRENT,
    `${FRAME_STYLE}<iframe srcdoc="${FRAMED.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`,
  ),
  shape(
    'srcdoc-by-script',
    OLD,
    `${FRAME_STYLE}<script>
      const frame = document.createElement('iframe')
      frame.srcdoc = ${JSON.stringify(FRAMED.replace('(Croquet)', `(Croquet, ${OLD_KEY})`)).replaceAll('</', '<\\/')}
      document.body.attachShadow({ mode: 'open' }).append(document.querySelector('style'), frame)
      globalThis.framed = () => frame.contentDocument
    </script>`,
  ),
  shape(
    'written-frame',
    CURRENT,
    `${FRAME_STYLE}<iframe></iframe><script>
      const { contentDocument } = document.querySelector('iframe')
      contentDocument.write(${JSON.stringify(FRAMED).replaceAll('</', '<\\/')})
      contentDocument.close()
    </script>`,
  ),
  shape(
    'written-window',
    CURRENT,
    `<script>
      const opened = open('', 'game')
      opened.document.write(${JSON.stringify(FRAMED).replaceAll('</', '<\\/')})
      opened.document.close()
      globalThis.framed = () => opened.document
      document.onclick = () => opened.document.onclick()
    </script>`,
  ),
  shape(
    'redefines',
    CURRENT,
    `<script>startCount(Croquet)</script>`,
    `<script>
      history.pushState = history.replaceState = undefined
      Object.defineProperty(document, 'currentScript', { value: null })
      const { URL, fetch, WebSocket } = globalThis
      globalThis.URL = class extends URL { get box() { return '/' } }
      globalThis.fetch = (...args) => fetch(...args)
      globalThis.WebSocket = class extends WebSocket {}
      globalThis.Response = globalThis.Reflect = globalThis.Proxy = undefined
    </script>
    <script src="client.js"></script>`,
  ),
  shape(
    'strict-policy',
    CURRENT,
    `<script src="main.js"></script>`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src https://cdn.jsdelivr.net;
      connect-src https://api.croquet.io wss://api.croquet.io; worker-src blob:; style-src 'unsafe-inline'" />
    <script src="https://cdn.jsdelivr.net/npm/@croquet/croquet@2.0.4"></script>`,
  ),
].map((shape) =>
  shape.name === 'strict-policy'
    ? { ...shape, files: { ...shape.files, 'main.js': 'startCount(Croquet)' } }
    : shape,
)

/** An app that takes its address apart, and notes what it sees of it. */
export const ADDRESS_SHAPE = shape(
  'address',
  CURRENT,
  `<script>
    const note = (when) => seen.push([when, location.href, location.search, document.URL, history.length])
    note('at first')
    const room = location.search.slice(1) || 'lobby'
    const picture = new Image()
    picture.src = location.href.substring(0, location.href.lastIndexOf('/') + 1) + 'dot.svg'
    const shown = picture.decode().then(() => true, () => false)
    const script = document.createElement('script')
    script.src = 'client.js'
    script.onload = async () => {
      note('loaded')
      await startCount(Croquet, { name: room })
      note('joined')
      globalThis.found = { room, shown: await shown }
    }
    document.head.append(script)
  </script>`,
  '<script>globalThis.seen = []</script>',
)

/** Two clients, each with a session of its own. */
export const TWO_AGES_SHAPE: Shape = {
  name: 'two-ages',
  clients: { 'old.js': OLD['client.js'], 'client.js': MODULE['client.js'] },
  files: {
    'index.html': page(
      'two-ages',
      `<script src="old.js"></script>
      <script type="module">
        import * as Current from './client.js'
        const session = await startCount(Croquet, { ...${OLD_KEY}, view: Croquet.View })
        globalThis.oldCount = () => session.model.count
        startCount(Current)
      </script>`,
    ),
  },
}

/** An app that says at run time where its box is: what follows the # in its address. */
export const OWN_BOX_SHAPE = shape(
  'own-box',
  { 'current.js': CURRENT['client.js'], 'old.js': OLD['client.js'] },
  `<script>
    const [client, ...place] = location.hash.slice(1).split(':')
    const box = place.join(':')
    const script = document.createElement('script')
    script.src = client + '.js'
    const where = client === 'old' ? { reflector: box + 'reflector', files: box + 'files' } : { box }
    script.onload = () => startCount(Croquet, box ? { apiKey: '1_key_of_the_cloud', ...where } : {})
    document.head.append(script)
  </script>`,
)

/** An app whose client comes by a package from the internet. */
export const WRAPPED_SHAPE = shape(
  'wrapped',
  {},
  `<script type="module">
    import { client } from 'https://esm.run/@example/together@3'
    startCount(client)
  </script>`,
)
