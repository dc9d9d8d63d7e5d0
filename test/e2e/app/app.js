import { installTestApp } from './test-app.js'

const LIBRARIES = {
  croquet: 'lib/@croquet/croquet@2.0.4/pub/croquet.esm.js',
  multisynq: 'lib/@multisynq/client@1.1.0/bundled/multisynq-client.esm.js',
}

/** Where the box is, if it is not where this page is from. */
const box = new URLSearchParams(location.search).get('box') ?? '/'
const boxUrl = new URL(box, location.href)

installTestApp((client) => import(new URL(LIBRARIES[client], boxUrl).href), { box })
