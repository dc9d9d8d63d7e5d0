const ANSWER_WITHIN_MS = 5000

/** Whether this browser gets an answer from the box by https. It gets one, too, if it was told to skip its warning. */
export function answersByHttps(httpsUrl) {
  return fetch(`${httpsUrl}/trust/check`, {
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).then(
    ({ ok }) => ok,
    () => false,
  )
}

/**
 * What a page that was opened by https can say of the trust in it. Chromium takes no service worker from a box
 * that it does not trust, even after its person skipped the warning. Firefox and Safari make no difference.
 * @returns {Promise<'trusted' | 'reached' | 'skipped'>}
 */
export async function trustHere() {
  const isChromium = 'userAgentData' in navigator
  if (!isChromium || !navigator.serviceWorker) return 'reached'
  try {
    // By an address that is new each time it is asked for, and no copy of it taken.
    const url = `probe.js?${crypto.randomUUID()}`
    const registration = await navigator.serviceWorker.register(url, { scope: 'probe/' })
    await registration.unregister()
    return 'trusted'
  } catch (error) {
    return /certificate/i.test(error.message) ? 'skipped' : 'reached'
  }
}
