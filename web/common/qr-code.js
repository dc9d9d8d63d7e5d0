import { qrcode } from '../lib/qrcode-generator@2.0.4/dist/qrcode.mjs'

const SVG = 'http://www.w3.org/2000/svg'
/** Modules of white that readers need around the code. */
const QUIET_ZONE = 4

/** An SVG element that shows `text` as a QR code, `label` being what it is for those who cannot see it. */
export function qrCode(text, label) {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const size = code.getModuleCount() + 2 * QUIET_ZONE
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', 'qr-code')
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`)
  svg.setAttribute('shape-rendering', 'crispEdges')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  const dark = document.createElementNS(SVG, 'path')
  dark.setAttribute('fill', 'currentColor')
  dark.setAttribute('d', darkModules(code))
  svg.append(dark)
  return svg
}

function darkModules(code) {
  let path = ''
  for (let row = 0; row < code.getModuleCount(); row++) {
    for (let column = 0; column < code.getModuleCount(); column++) {
      if (code.isDark(row, column)) path += `M${column + QUIET_ZONE} ${row + QUIET_ZONE}h1v1h-1z`
    }
  }
  return path
}
