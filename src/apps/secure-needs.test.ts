import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { surveyApp } from './app-survey.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'app-'))
})

afterEach(() => rm(root, { recursive: true }))

async function secureNeedsOf(files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text)
  return (await surveyApp(root, {}, undefined))?.secure
}

test.each([
  ['navigator.mediaDevices.getUserMedia({ audio: true })', ['camera']],
  ['devices.getDisplayMedia()', ['screen']],
  ["navigator.xr?.requestSession('immersive-vr')", ['xr']],
  ['navigator.geolocation.watchPosition(move)', ['location']],
  ["addEventListener('deviceorientation', turn)", ['motion']],
  ['DeviceMotionEvent.requestPermission()', ['motion']],
  ['navigator.bluetooth.requestDevice({})', ['devices']],
  ['navigator.serial.requestPort()', ['devices']],
  ['navigator.requestMIDIAccess()', ['devices']],
  ['navigator.clipboard.writeText(address)', []],
  ['navigator.serviceWorker.register("sw.js")', []],
])('a script with %s may need a secure page for %j', async (script, kinds) => {
  const page = '<script type=module src=a.js></script>'
  expect(await secureNeedsOf({ 'index.html': page, 'a.js': script })).toEqual(kinds)
})

test('scripts in pages count, and isolated pages are for threads', async () => {
  const files = {
    'index.html': '<button onclick="navigator.mediaDevices.getUserMedia({})">',
    'app.json': '{"crossOriginIsolated": true}',
  }
  expect(await secureNeedsOf(files)).toEqual(['camera', 'threads'])
})

test.each([
  [
    'takes a script from the internet',
    { 'index.html': '<script src="//a.example/a.js"></script>' },
  ],
  ['has a page in UTF-16', { 'index.html': '', 'a.html': '\ufeff<script>' }],
])('of an app that %s it cannot be told', async (_what, files) => {
  for (const [path, text] of Object.entries(files)) {
    await writeFile(join(root, path), text, path === 'a.html' ? 'utf16le' : 'utf8')
  }
  expect((await surveyApp(root, {}, undefined))?.secure).toBeUndefined()
})
