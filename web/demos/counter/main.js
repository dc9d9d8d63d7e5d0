import { joinDemo } from '../shared/join-demo.js'
import { Counter } from './counter.js'
import { CounterView } from './counter-view.js'

joinDemo({ appId: 'io.croquet-in-a-box.counter', model: Counter, view: CounterView })
