import { expect, test } from 'vitest'
import { DoorPages } from './door-pages.ts'

test('commands in the pages at the door are worded as they are typed where the box runs', async () => {
  const pages = await DoorPages.load((text) => text.replace(/npm run/g, 'docker compose exec'))
  const page = pages.render('link', {})
  expect(page).toContain('<code>docker compose exec invite</code>')
  expect(page).not.toContain('npm run')
})

test.each(['admin-login', 'admin-link-over'] as const)(
  'the page %s names one command for a new link, as it is typed where the box runs',
  async (name) => {
    const commandsIn = (html: string) => html.match(/<code>[^<]*reset<\/code>/g)
    const byNpm = (await DoorPages.load()).render(name, {})
    expect(commandsIn(byNpm)).toEqual(['<code>npm run admin -- reset</code>'])
    const pages = await DoorPages.load((text) => text.replace(/npm run admin --/g, 'admin.ts'))
    expect(commandsIn(pages.render(name, {}))).toEqual(['<code>admin.ts reset</code>'])
  },
)
