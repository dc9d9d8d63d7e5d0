import { expect, test } from 'vitest'
import { locationWithoutToken } from './login-answer.ts'

test.each([
  ['/t/eyJ.a.b/apps/x/?q=1', '/apps/x/?q=1'],
  ['/t/eyJ.a.b/x?to=/t/y', '/x?to=/t/y'],
  ['/t/eyJ.a.b/', '/'],
  ['/t/eyJ.a.b', '/'],
  ['/t/eyJ.a.b//evil.example/', '//evil.example/'],
  ['/t/eyJ.a.b/http://evil.example/', '/http://evil.example/'],
  ['/school/box/t/eyJa.b.c/apps/x/', '/school/box/apps/x/'],
])('[ACCESS7] %s leads to %s of the same host, whatever a proxy has taken away', (target, path) => {
  for (const prefix of ['', '/taken/away']) {
    const { host, pathname, search } = new URL(
      locationWithoutToken(target),
      `http://box${prefix}${target}`,
    )
    expect([host, pathname + search]).toEqual(['box', prefix + path])
  }
})

test('[ACCESS7] no way to write a host leads to another one', () => {
  for (const path of [
    '\\\\evil.example/',
    '/\\evil.example',
    '..//evil.example',
    '\t//evil.example',
  ]) {
    const target = `/t/eyJ.a.b/${path}`
    expect(new URL(locationWithoutToken(target), `http://box${target}`).host).toBe('box')
  }
})
