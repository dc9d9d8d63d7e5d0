/**
 * Whether other apps can see what an app keeps in the browser: a sentence without its full stop.
 * @param {{origin: 'own' | 'shared' | null, sharesBecause: string}} app
 * @returns "" if the box puts no walls between apps
 */
export function originWords({ origin, sharesBecause }) {
  if (!origin) return ''
  if (origin === 'own') return 'Has an origin of its own'
  const because = sharesBecause === '' ? '' : `: ${sharesBecause}`
  return `Shares its origin with other apps${because}`
}
