import { Session } from '@multisynq/client'
import { Count } from './count.ts'
import { Display } from './display.ts'

await Session.join({
  // On a box the app is at /apps/<name>/, with the box two folders above; `vite dev` has it at the root.
  box: '../../',
  appId: 'org.example.my-app',
  name: new URLSearchParams(location.search).get('room') ?? 'lobby',
  // It encrypts what the users of a session send each other.
  password: 'choose your own',
  model: Count,
  view: Display,
})
