/**
 * In place of the service worker that an app had where it shares the origin with others: that one would go on showing
 * the app there. Browsers look for a new one each time that somebody opens the app.
 */
export const RETIRED_WORKER = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.registration.unregister()))
`
