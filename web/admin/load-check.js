/*
 * Says so when a part of this page does not load. It is no module: nothing else of the page has to be
 * there. A module that fails, or one that it imports, is told of at its script.
 */
{
  const NOT_LOADED = 'A part of this page did not load, so it cannot show anything.'
  const FAILED = 'This page failed at something, so it may not show everything.'

  const say = (words) => {
    const again = document.createElement('a')
    again.href = location.href
    again.textContent = 'Load it again'
    again.addEventListener('click', () => location.reload())
    const banner = document.querySelector('[data-banner]') ?? document.createElement('p')
    if (!banner.isConnected) document.querySelector('main').prepend(banner)
    banner.replaceChildren(
      `${words} `,
      again,
      '. If that does not help, look at the log of the box.',
    )
    for (const heading of document.querySelectorAll('h1')) {
      if (heading.textContent.startsWith('Looking')) heading.textContent = 'Not loaded'
    }
  }

  addEventListener(
    'error',
    ({ target }) => {
      const isPart = target instanceof HTMLScriptElement || target instanceof HTMLLinkElement
      if (isPart) say(NOT_LOADED)
      else if (target === window) say(FAILED)
    },
    { capture: true },
  )
  addEventListener('unhandledrejection', () => say(FAILED))
}
