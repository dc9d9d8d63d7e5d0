/** The script that has the clients in a page use this box: a path from the box's root. */
export const USE_THIS_BOX = '/apps/use-this-box.js'

/** The script that tells what a page asked of the internet, and its person that they only watch: likewise. */
export const WATCH_PAGE = '/apps/watch-page.js'

/** The module that gives `@croquet/croquet` a default export, as CDNs do: likewise. */
export const CROQUET_WITH_DEFAULT = '/apps/croquet-with-default.js'
