import { installTestApp } from './test-app.js'

const LIBRARIES = {
  croquet: '/lib/@croquet/croquet@2.0.4/pub/croquet.esm.js',
  multisynq: '/lib/@multisynq/client@1.1.0/bundled/multisynq-client.esm.js',
}

installTestApp((client) => import(LIBRARIES[client]), { box: '/' })
