globalThis.timesRun = (globalThis.timesRun ?? 0) + 1
export const name = 'what a later part imports'

async function goOn() {
  // As builders do it: what a later part needs is loaded ahead, by addresses from the root.
  const ahead = { rel: 'modulepreload', href: '/assets/late-m3c8tw.js' }
  document.head.append(Object.assign(document.createElement('link'), ahead))
  const answer = await fetch('/dot.svg')
  if (!answer.ok) throw new Error('a file of the app is not there')
  // biome-ignore lint/suspicious/noImportCycles: builders leave such cycles
  const { start } = await import('./late-m3c8tw.js')
  await start()
}

goOn()
