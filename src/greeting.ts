import { qrCodeText, urlForPhones } from './system/qr-code.ts'

/**
 * What the person reads who starts a box.
 * @param urls of the box, each with a slash at its end
 * @param setupPath where the admin password can be set, below each of them; undefined: there is one
 */
export function greeting(urls: readonly string[], setupPath: string | undefined): string {
  const lines = ['The box is running. Open it at', ...urls.map((url) => `  ${url}`)]
  if (setupPath === undefined) return lines.join('\n')
  return [...lines, '', ...setupLines(urls, setupPath)].join('\n')
}

/** The one-time link, and a code to scan if a phone can open it. */
export function setupLines(urls: readonly string[], setupPath: string): string[] {
  const links = urls.map((url) => url + setupPath)
  const link = urlForPhones(links)
  return [
    'To look after it, choose the admin password. This link works once, within 24 hours:',
    ...links.map((each) => `  ${each}`),
    ...(link === undefined ? [] : [qrCodeText(link)]),
  ]
}
