import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../nginx/15-listen-on-ipv6.envsh')
const PORTS = {
  NGINX_LISTEN_HTTP: '8080',
  NGINX_LISTEN_HTTPS: '8443',
  NGINX_LISTEN_ADMIN: '8444',
  NGINX_LISTEN_APPS: '127.0.0.1:8445',
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nginx-ipv6-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** What the configuration is made from, as the image's entry point reads the script. */
function listened(addresses: string, more: Record<string, string> = {}): readonly string[] {
  const inet6 = join(dir, 'if_inet6')
  writeFileSync(inet6, addresses)
  const env = { PATH: process.env.PATH, ...PORTS, ...more, NGINX_IF_INET6: inet6 }
  const print = Object.keys(PORTS).map((name) => `printf '%s\\n' "$${name}"`)
  const out = execFileSync('sh', ['-euc', [`. ${SCRIPT}`, ...print].join('\n')], { env })
  return String(out).trimEnd().split('\n')
}

test('nginx opens each port of its container for IPv6, too', () => {
  expect(listened('00000000000000000000000000000001 01 80 10 80 lo\n')).toEqual([
    '8080; listen [::]:8080',
    '8443 ssl; listen [::]:8443',
    '8444 ssl; listen [::]:8444',
    '127.0.0.1:8445',
  ])
})

test('nginx opens a range of ports for apps for IPv6, too', () => {
  const apps = { NGINX_LISTEN_APPS: '9000-9019' }
  expect(listened('lo\n', apps)[3]).toBe('9000-9019 ssl; listen [::]:9000-9019')
})

test('nginx opens its ports for IPv4 alone where there is no IPv6', () => {
  expect(listened('')).toEqual(Object.values(PORTS))
})
