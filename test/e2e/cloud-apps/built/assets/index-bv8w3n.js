import * as Croquet from './client-dq0l3x.js'

// A router moves on before anybody joins.
history.pushState(null, '', `${location.pathname}rooms/1`)
globalThis.startCount(Croquet)
