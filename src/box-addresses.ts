import { lanAddresses } from './system/addresses.ts'
import {
  type AddressSettings,
  type Announced,
  announcedAddresses,
} from './system/announced-addresses.ts'

/**
 * The addresses that lead to the box as things are now: networks come and go while it runs.
 * @param used hosts by which admins came to the dashboard
 */
export function announcedFor(settings: AddressSettings, used: readonly string[]): Announced {
  return announcedAddresses(settings, { used, own: lanAddresses() })
}

/** Addresses of the box for other devices; no slash at the end. */
export function urlsForPhones(settings: AddressSettings): readonly string[] {
  return announcedFor(settings, []).others.urls.map((url) => url.replace(/\/$/, ''))
}
