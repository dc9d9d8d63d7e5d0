import { element } from './element.js'

/**
 * An address as people read it from a wall: what has to be typed stands out.
 * @param {URL} address
 */
export function addressLine({ protocol, host, pathname, search, hash }) {
  const rest = `${pathname}${search}${hash}`
  return element(
    'code',
    { className: 'address-line' },
    element('span', { className: 'scheme', textContent: `${protocol}//` }),
    `${host}${rest === '/' ? '' : rest}`,
  )
}
