import { expect, test } from 'vitest'
import { countPeople } from './people.ts'

test('people are counted by the app whose page they have open', () => {
  const counts = countPeople([
    { users: 2, url: 'http://localhost:8888/apps/sketch/' },
    { users: 3, url: 'https://box.school/team/x/apps/sketch/rooms/blue.html?q=1' },
    { users: 1, url: 'http://192.168.1.20:8888/demos/chat/' },
    { users: 9, url: 'http://localhost:8888/apps/' },
    { users: 9, url: 'http://localhost:8888/?at=/apps/sketch/' },
    { users: 9, url: '' },
  ])
  expect(Object.fromEntries(counts)).toEqual({ 'apps/sketch/': 5, 'demos/chat/': 1 })
})
