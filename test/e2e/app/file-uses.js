/** Tries all that a page can do with a file but read or show it; answers with what worked. */
export async function tryUses(url) {
  const uses = {
    image: loads('img', { src: url }),
    script: loads('script', { src: url }),
    module: import(url),
    style: loads('link', { rel: 'stylesheet', href: url }),
    worker: answers(url),
    'service worker': navigator.serviceWorker.register(url),
  }
  const results = await Promise.allSettled(Object.values(uses))
  return Object.keys(uses).filter((_, index) => results[index].status === 'fulfilled')
}

function loads(tag, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes)
    element.onload = resolve
    element.onerror = reject
    document.body.append(element)
  })
}

function answers(url) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(url)
    worker.onmessage = resolve
    worker.onerror = reject
  })
}
