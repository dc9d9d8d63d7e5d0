import qrcode from 'qrcode-generator'

/** A QR code in characters, for terminals and logs. */
export function qrCodeText(text: string): string {
  const code = qrcode(0, 'L')
  code.addData(text)
  code.make()
  return code.createASCII(1, 2)
}
