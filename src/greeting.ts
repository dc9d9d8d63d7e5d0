import { qrCodeText, urlForPhones } from './system/qr-code.ts'

/** What there is to say to the person who starts a box. URLs have a slash at their end. */
export interface Welcome {
  readonly urls: readonly string[]
  /** of the dashboard */
  readonly adminUrls: readonly string[]
  /** where the admin password can be set, below each of `adminUrls`; undefined: there is one */
  readonly setupPath: string | undefined
}

/** What the person reads who starts a box. */
export function greeting({ urls, adminUrls, setupPath }: Welcome): string {
  const lines = ['The box is running. Open it at', ...urls.map((url) => `  ${url}`), '']
  return setupPath === undefined
    ? [...lines, 'Look after it at', ...adminUrls.map((url) => `  ${url}admin/`)].join('\n')
    : [...lines, ...setupLines(adminUrls, setupPath)].join('\n')
}

/**
 * The one-time link, and a code to scan if a phone can open it.
 * @param urls of the dashboard
 */
export function setupLines(urls: readonly string[], setupPath: string): string[] {
  const links = urls.map((url) => url + setupPath)
  const link = urlForPhones(links)
  return [
    'To look after it, choose the admin password. This link works once, within 24 hours:',
    ...links.map((each) => `  ${each}`),
    ...(link === undefined ? [] : [qrCodeText(link)]),
  ]
}
