/** The script that has the clients in a page use this box: a path from the box's root. */
export const USE_THIS_BOX = '/apps/use-this-box.js'

/** The script that shows people what the box tells the clients in their page: likewise. */
export const SHOW_NOTICES = '/apps/show-notices.js'

/** The same, and what a page asks of the internet is told to the box: likewise. */
export const WATCH_PAGE = '/apps/watch-page.js'

/** The module that gives `@croquet/croquet` a default export, as CDNs do: likewise. */
export const CROQUET_WITH_DEFAULT = '/apps/croquet-with-default.js'
