import { expect, test } from 'vitest'
import { DoorPages } from './door-pages.ts'

test('commands in the pages at the door are worded as they are typed where the box runs', async () => {
  const pages = await DoorPages.load((text) => text.replace(/npm run/g, 'docker compose exec'))
  const page = pages.render('link', {})
  expect(page).toContain('<code>docker compose exec invite</code>')
  expect(page).not.toContain('npm run')
})
