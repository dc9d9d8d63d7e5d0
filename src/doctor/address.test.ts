import { describe, expect, it } from 'vitest'
import { addressOf, hostOf, pinned, tlsNameOf } from './address.ts'
import { announcedUrls } from './announced.ts'

describe('an address', () => {
  it.each([
    ['http://box.school', 'http://box.school/', { host: 'box.school', port: 80 }],
    ['https://10.0.0.5:8443/team', 'https://10.0.0.5:8443/team/', { host: '10.0.0.5', port: 8443 }],
    ['https://[fd00::5]/?x#y', 'https://[fd00::5]/', { host: 'fd00::5', port: 443 }],
  ])('%s is connected to where it says', (text, href, dial) => {
    const { url, dial: found } = addressOf(text)
    expect(url.href).toBe(href)
    expect(found).toEqual(dial)
  })

  it('is connected to at what stands in front of the box, by the same scheme', () => {
    const fronts = [new URL('http://nginx:8080/'), new URL('https://nginx:8443/')]
    expect(addressOf('https://localhost/', fronts)).toEqual({
      url: new URL('https://localhost/'),
      dial: { host: 'nginx', port: 8443 },
    })
  })

  it('leads to nothing else, once that was looked at', () => {
    const { url, dial } = pinned(addressOf('http://box.school/'), ['::1', '127.0.0.1'])
    expect(url.href).toBe('http://box.school/')
    const answers: unknown[] = []
    const note = (...answer: unknown[]) => answers.push(answer)
    dial.lookup?.('box.school', { all: true }, note)
    dial.lookup?.('box.school', {}, note)
    const both = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]
    expect(answers).toEqual([
      [null, both],
      [null, '::1', 6],
    ])
  })

  it('has a name in a handshake, unless it is a number', () => {
    expect(tlsNameOf(new URL('https://box.school/')).servername).toBe('box.school')
    expect(tlsNameOf(new URL('https://[fd00::5]/')).servername).toBe('')
    expect(hostOf(new URL('https://[fd00::5]/'))).toBe('fd00::5')
  })
})

describe('announced are', () => {
  const CONFIG = { host: '127.0.0.1', port: 8888, urls: [] }

  it('the addresses that the box greets with', () => {
    expect(announcedUrls(CONFIG, [])).toEqual(['http://127.0.0.1:8888/'])
    const urls = ['https://box.school/team/']
    expect(announcedUrls({ ...CONFIG, urls }, [])).toEqual(urls)
  })

  it('names at the same ports, without wildcards', () => {
    const urls = ['http://localhost/', 'https://localhost:8443/']
    expect(announcedUrls({ ...CONFIG, urls }, ['box.school', '*.school', 'fd00::5'])).toEqual([
      ...urls,
      'http://box.school/',
      'https://box.school:8443/',
      'http://[fd00::5]/',
      'https://[fd00::5]:8443/',
    ])
  })

  it('none, if the port is not known', () => {
    expect(announcedUrls({ ...CONFIG, port: 0 }, ['box.school'])).toEqual([])
  })
})
