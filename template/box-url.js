import { readFileSync } from 'node:fs'

const path = new URL('package.json', import.meta.url)
const { name, config } = JSON.parse(readFileSync(path, 'utf8'))

/** The app's name on the box. @type {string} */
export const appName = name

/** Where the box is; it ends with a slash. */
export const boxUrl = new URL(process.env.BOX_URL || config.box)
if (!boxUrl.pathname.endsWith('/')) boxUrl.pathname += '/'
