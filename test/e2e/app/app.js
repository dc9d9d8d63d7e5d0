import { installTestApp } from './test-app.js'

const LIBRARIES = {
  croquet: 'lib/@croquet/croquet@2.0.4/pub/croquet.esm.js',
  multisynq: 'lib/@multisynq/client@1.1.0/bundled/multisynq-client.esm.js',
}

/** Where the box is, if it is not where this page is from. */
const box = new URLSearchParams(location.search).get('box') ?? '/'
const boxUrl = new URL(box, location.href)

async function loadLibrary(client) {
  if (client !== 'croquet-1.1.0') return import(new URL(LIBRARIES[client], boxUrl).href)
  // No module, and no library of the box: the test puts it beside this page.
  const script = document.createElement('script')
  script.src = 'croquet-1.1.0.js'
  const isLoaded = new Promise((resolve) => script.addEventListener('load', resolve))
  document.head.append(script)
  await isLoaded
  return globalThis.Croquet
}

installTestApp(loadLibrary, { box })
