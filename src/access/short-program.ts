/** A program that is none of the browsers below is named by the beginning of what it calls itself. */
const MAX_NAME_LENGTH = 40

/** What a browser is called, and how it says so; one that builds on another names that, too, so the order counts. */
const BROWSERS: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['Edge', /\bEdg(?:A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)\b.*\bSafari\//],
]
const SYSTEMS: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]

/** A `User-Agent` in a few words: `Firefox 133 on Windows`. */
export function shortProgram(userAgent: string): string {
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1]
    if (version === undefined) continue
    const [system] = SYSTEMS.find(([, sign]) => sign.test(userAgent)) ?? []
    return system === undefined ? `${name} ${version}` : `${name} ${version} on ${system}`
  }
  return userAgent.slice(0, MAX_NAME_LENGTH)
}
