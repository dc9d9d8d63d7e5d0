/**
 * What kind of device this is, as far as it says: the name of the steps for it.
 * @returns {'iphone' | 'android' | 'windows' | 'mac' | 'linux' | 'chromeos' | 'firefox'}
 */
export function deviceKind({ userAgent, maxTouchPoints = 0 }) {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'iphone'
  // An iPad says that it is a Mac, and no Mac has a touch screen.
  if (/Macintosh/.test(userAgent) && maxTouchPoints > 1) return 'iphone'
  if (/Android/.test(userAgent)) return 'android'
  if (/CrOS/.test(userAgent)) return 'chromeos'
  if (/Firefox\//.test(userAgent)) return 'firefox'
  if (/Windows/.test(userAgent)) return 'windows'
  return /Macintosh/.test(userAgent) ? 'mac' : 'linux'
}
