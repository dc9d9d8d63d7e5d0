import { expect, it } from 'vitest'
import { type DashboardLook, findingOfDashboard } from './dashboard.ts'

const url = new URL('https://box.local:8889/')
const none = (code: string): DashboardLook => ({
  ...{ tag: 'led', url },
  reach: { tag: 'none', code, reason: 'why' },
})

it.each<[what: string, look: DashboardLook, status: string, advice: string]>([
  ['one that answers', { tag: 'led', url, reach: { tag: 'box', ms: 1 } }, 'ok', ''],
  ['a port that is not published', none('ECONNREFUSED'), 'problem', 'published'],
  ['a port that a firewall closes', none('ETIMEDOUT'), 'problem', 'firewall'],
  [
    'a port without https',
    none('ERR_SSL_WRONG_VERSION_NUMBER'),
    'problem',
    'no https at port 8889',
  ],
  [
    'another program',
    { tag: 'led', url, reach: { tag: 'stranger', status: 404, server: '' } },
    'problem',
    'BOX_ADMIN_URL',
  ],
  ['one at the address of apps', { tag: 'shared' }, 'problem', 'a host name or port of its own'],
  ['a proxy that keeps it to itself', { tag: 'unclear', status: 404 }, 'skipped', 'proxy'],
])('%s', (_what, look, status, advice) => {
  const finding = findingOfDashboard(look)
  expect(finding).toMatchObject({ id: 'dashboard', status })
  expect(finding.advice).toContain(advice)
})
