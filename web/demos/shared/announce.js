/** Tells people who cannot see the page what has just happened on it. */
export function announce(words) {
  document.querySelector('[data-announcements]').textContent = words
}
