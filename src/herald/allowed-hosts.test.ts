import { describe, expect, it } from 'vitest'
import { allowanceOf, parseAllowedHosts } from './allowed-hosts.ts'

describe('a list of hosts', () => {
  it('has names, addresses and wildcards, with a port or without', () => {
    const list = 'Herald.Example, 10.0.0.5:8080,[fd00::5],*.example.org:08443,bücher.example'
    expect(parseAllowedHosts(list)).toEqual([
      { host: 'herald.example', port: undefined, isWildcard: false },
      { host: '10.0.0.5', port: '8080', isWildcard: false },
      { host: '[fd00::5]', port: undefined, isWildcard: false },
      { host: 'example.org', port: '8443', isWildcard: true },
      { host: 'xn--bcher-kva.example', port: undefined, isWildcard: false },
    ])
  })

  it('may be empty', () => {
    expect(parseAllowedHosts('')).toEqual([])
    expect(parseAllowedHosts(' , ')).toEqual([])
  })

  it.each([
    'http://herald.example',
    'herald.example/path',
    'user@herald.example',
    'herald.example:0',
    'herald.example:65536',
    'herald.example:http',
    'herald example',
    '*',
    '*example.org',
    'a.*.example.org',
    '*.*.example.org',
    '*.10.0.0.5',
    '*.[fd00::5]',
    'fd00::5',
    '[fd00::5',
    ':80',
  ])('does not take %s', (entry) => {
    expect(() => parseAllowedHosts(`herald.example,${entry}`)).toThrow('comma-separated')
  })
})

describe('a URL is allowed', () => {
  const list = parseAllowedHosts(
    'herald.example,10.0.0.5:8080,[fd00::5],*.example.org,*.example.net:9000',
  )

  it.each([
    ['http://herald.example/x?y', 'by name'],
    ['https://herald.example/', 'by name'],
    ['https://HERALD.example:443/', 'by name'],
    ['http://10.0.0.5:8080/', 'by name'],
    ['http://0xa.5:8080/', 'by name'],
    ['http://[fd00:0::5]/', 'by name'],
    ['https://a.example.org/', 'by wildcard'],
    ['https://a.b.example.org/', 'by wildcard'],
    ['http://a.example.net:9000/', 'by wildcard'],
  ])('%s: %s', (url, allowance) => {
    expect(allowanceOf(list, new URL(url))).toBe(allowance)
  })

  it.each([
    'http://herald.example:8080/',
    'http://herald.example:443/',
    'https://herald.example:80/',
    'http://herald.example./',
    'http://evil-herald.example/',
    'http://herald.example.evil.test/',
    'http://herald.example@evil.test/',
    'http://10.0.0.5/',
    'http://[::ffff:10.0.0.5]:8080/',
    'https://example.org/',
    'https://evilexample.org/',
    'https://a.example.org.evil.test/',
    'https://a.example.net/',
  ])('but not %s', (url) => {
    expect(allowanceOf(list, new URL(url))).toBeUndefined()
  })
})
