/** What comes before the name of a package at a CDN, in host and path. */
const BEFORE_PACKAGE: readonly RegExp[] = [
  /^(?:cdn|fastly|gcore)\.jsdelivr\.net\/(?:combine\/)?(?:npm|gh)\//,
  /^(?:www\.)?unpkg\.com\//,
  /^esm\.run\//,
  /^esm\.sh\/(?:v\d+\/|stable\/|gh\/)?\*?/,
  /^(?:cdn\.)?skypack\.dev\/(?:new\/|pin\/)?/,
  /^(?:ga\.)?jspm\.(?:io|dev)\/(?:npm:)?/,
  /^cdnjs\.cloudflare\.com\/ajax\/libs\//,
]
const PACKAGE_NAME = /^(?:@[\w.-]+\/)?[\w.-]+/

/** The name of the package that an address at a CDN leads to; undefined if it is none such. */
export function packageAt({ hostname, pathname }: URL): string | undefined {
  const place = hostname + decodedPath(pathname)
  const before = BEFORE_PACKAGE.find((before) => before.test(place))
  return before && PACKAGE_NAME.exec(place.replace(before, ''))?.[0]
}

function decodedPath(pathname: string): string {
  return pathname.replaceAll('%40', '@')
}
