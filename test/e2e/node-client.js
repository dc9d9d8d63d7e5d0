import { createRequire } from 'node:module'
import { installTestApp } from './app/test-app.js'

const FRAME_MS = 20

/** The test app without a browser: `node node-client.js <box URL>`, which takes calls from the process that forked it. */
const [, , box] = process.argv
// The client resolves the addresses of the box against it, as in a browser.
globalThis.window = { location: box }
const require = createRequire(import.meta.url)
installTestApp(async () => require('@croquet/croquet'), { box, step: 'manual' })
setInterval(() => globalThis.session?.step(performance.now()), FRAME_MS)

process.on('message', async ({ id, method, args }) => {
  const result = await globalThis.app[method](...args)
  process.send({ id, result })
})
