import { describe, expect, test } from 'vitest'
import { hostSaid } from './said-address.ts'

const PORTS = [80, 443, 8889]

describe('of where others open the box a person may say', () => {
  test.each([
    ['192.168.1.20', '192.168.1.20'],
    [' box.school.example ', 'box.school.example'],
    ['Box.Local', 'box.local'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['192.168.1.20:8889', '192.168.1.20'],
    ['fd12:3456::9', 'fd12:3456::9'],
    ['[fd12:3456::9]:8889', 'fd12:3456::9'],
    ['http://192.168.1.20', '192.168.1.20'],
    ['http://192.168.1.20:8889/admin/setup/abc?x=1#y', '192.168.1.20'],
    ['https://box.school.example/apps/chat/', 'box.school.example'],
    ['HTTPS://box.school.example/', 'box.school.example'],
  ])('%s', (text, host) => {
    expect(hostSaid(text, PORTS)).toBe(host)
  })
})

describe('an address for others is refused that', () => {
  test.each([
    ['is no name', 'my box', 'is no host name or IP address'],
    ['is no name', 'box_school!', 'is no host name or IP address'],
    ['is empty', '', 'is no host name or IP address'],
    ['is half an IP address', '192.168.1', 'is no host name or IP address'],
    ['is a number', '1234', 'is no host name or IP address'],
    ['is a wildcard', '*.school.example', 'is no host name or IP address'],
    ['is of another kind', 'ftp://box.school/', 'is no host name or IP address'],
    ['has a password in it', 'http://me:secret@box.school/', 'is no host name or IP address'],
    ['is only good with a zone', 'fe80::1%eth0', 'is no host name or IP address'],
    ['is very long', `${'a'.repeat(400)}.example`, 'is no host name or IP address'],
    ['leads each device to itself', 'localhost', 'leads each device to itself'],
    ['leads each device to itself', 'http://127.0.0.1:8889/', 'leads each device to itself'],
    ['is link-local', 'fe80::1', 'leads each device to itself'],
    ['leads nowhere', '0.0.0.0', 'leads each device to itself'],
    ['is at a port of something else', '192.168.1.20:3000', 'not at 3000'],
    ['is below a path of a proxy', 'https://school.example/croquet/', 'BOX_URLS'],
  ])('%s: %s', (_, text, words) => {
    expect(() => hostSaid(text, PORTS)).toThrow(words)
  })

  test('implies a port of something else', () => {
    expect(() => hostSaid('http://192.168.1.20/', [8888, 8889])).toThrow('8888, 8889, not at 80')
    expect(hostSaid('192.168.1.20', [8888, 8889])).toBe('192.168.1.20')
  })
})
