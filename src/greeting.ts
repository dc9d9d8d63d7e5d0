import { hostOfUrl, isMdnsName } from './system/addresses.ts'
import type { Announced, Loneliness } from './system/announced-addresses.ts'
import { qrCodeText } from './system/qr-code.ts'

/** What there is to say to the person who starts a box. */
export interface Welcome {
  readonly announced: Announced
  /** where the admin password can be set, below the dashboard's addresses; undefined: there is one */
  readonly setupPath: string | undefined
}

/** What to do about having no address for others. */
export const NOBODY_ELSE: Readonly<Record<Loneliness, readonly string[]>> = {
  unknown: [
    'Only this machine can open that. The box cannot see by which address other devices reach this',
    'machine: say it in the dashboard, where you choose the password or later on the page Account, or',
    'write it into the file .env (BOX_HOSTNAMES=192.168.1.20) and start the box again.',
  ],
  'own-machine': [
    'Only this machine can open that, since BOX_HOST says so: set it to :: for other devices, too.',
  ],
  'no-network': [
    'Only this machine can open that: it is in no network now. Once it is, other devices open the',
    'box by its address there.',
  ],
}

/** What the person reads who starts a box. A terminal may be projected: its code leads to the box, and never to the set-up. */
export function greeting({ announced, setupPath }: Welcome): string {
  const { others, here, lonely } = announced
  const admin = { urls: others.adminUrls, own: here.adminUrls }
  return [
    'The box is running. Open it at',
    ...(lonely ? indented(here.urls) : othersLines(others.urls)),
    ...(lonely ? NOBODY_ELSE[lonely] : otherDevicesLines(announced)),
    '',
    ...(setupPath === undefined
      ? ['Look after it at', ...indented([...takingPasswords(admin.urls), ...admin.own], 'admin/')]
      : setupLines(announced, setupPath)),
  ].join('\n')
}

/** What the person reads when the addresses for others have changed while the box runs. */
export function newAddresses({ others, here, lonely }: Announced): string {
  if (lonely) {
    const lost = 'Other devices do not reach the box any more. It is at'
    return [lost, ...indented(here.urls), ...NOBODY_ELSE[lonely]].join('\n')
  }
  const lines = [...othersLines(others.urls), ...codeLines(others.urls)]
  return ['Others open the box now at', ...lines].join('\n')
}

/** The one-time link, as text only. */
export function setupLines({ others, here }: Announced, setupPath: string): string[] {
  const words =
    'To look after it, choose the admin password. This link works once, within 24 hours:'
  const there = takingPasswords(others.adminUrls)
  const isByHttps = there.some(isHttps)
  if (!isByHttps || here.adminUrls.length === 0) {
    return [words, ...indented([...there, ...here.adminUrls], setupPath)]
  }
  return [
    words,
    'on the machine of the box',
    ...indented(here.adminUrls, setupPath),
    'or on another device, which has to trust the certificate of the box before:',
    ...indented(there, setupPath),
  ]
}

/** Where there is https, the dashboard takes no password by http, but from its own machine. */
function takingPasswords(adminUrls: readonly string[]): readonly string[] {
  return adminUrls.some(isHttps) ? adminUrls.filter(isHttps) : adminUrls
}

function isHttps(url: string): boolean {
  return url.startsWith('https:')
}

/** Names by multicast DNS apart: they are easy to type, and some devices and networks do not know them. */
function othersLines(urls: readonly string[]): readonly string[] {
  const isNamed = (url: string) => isMdnsName(hostOfUrl(url))
  const [sure, named] = [urls.filter((url) => !isNamed(url)), urls.filter(isNamed)]
  if (sure.length === 0 || named.length === 0) return indented(urls)
  return [...indented(sure), 'or, on most devices, at', ...indented(named)]
}

function codeLines([first = '']: readonly string[]): readonly string[] {
  return ['', qrCodeText(first), `This code leads to ${first}`]
}

function otherDevicesLines({ others, here }: Announced): readonly string[] {
  const code = codeLines(others.urls)
  return here.urls.length === 0
    ? code
    : [...code, 'On this machine also at', ...indented(here.urls)]
}

function indented(urls: readonly string[], path = ''): readonly string[] {
  return urls.map((url) => `  ${url}${path}`)
}
