import qrcode from 'qrcode-generator'

/** A QR code in characters, for terminals and logs. */
export function qrCodeText(text: string): string {
  const code = qrcode(0, 'L')
  code.addData(text)
  code.make()
  return code.createASCII(1, 2)
}

/** Of the addresses of a box, the first that a phone can open; undefined: none. */
export function urlForPhones(urls: readonly string[]): string | undefined {
  return urls.find((url) => !/^(?:localhost|127\.|\[::1\])/.test(new URL(url).hostname))
}
