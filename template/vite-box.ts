import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Plugin, ProxyOptions } from 'vite'

/** What the client asks of the box, from the root of the page's host. */
const BOX_PATHS = ['/reflector', '/files', '/lib']
/** Names by which others on the network may open the app: no site of the internet can have one of them. */
const LAN_NAMES = ['.local', '.lan', '.home.arpa', '.internal']

/**
 * Passes on to a box what the app asks of it, so that the app has one origin while it is developed, and the box needs no
 * setting for that.
 */
export function croquetBox(box: URL, ownName: string): Plugin {
  return {
    name: 'croquet-box',
    config: () => ({
      server: {
        host: true,
        allowedHosts: [...LAN_NAMES, ownName.toLowerCase()],
        proxy: Object.fromEntries(BOX_PATHS.map((path) => [path, proxyTo(box)])),
      },
    }),
  }
}

function proxyTo(box: URL): ProxyOptions {
  return {
    target: box.href.replace(/\/$/, ''),
    changeOrigin: true,
    ws: true,
    configure: (proxy) => {
      proxy.on('proxyReq', (request, asked) => comeFromBox(request, asked, box))
      proxy.on('proxyReqWs', (request, asked) => comeFromBox(request, asked, box))
    },
  }
}

/** The app's own pages come as those of the box. Pages of other sites stay what they are: the box refuses them. */
function comeFromBox(request: ClientRequest, { headers }: IncomingMessage, box: URL): void {
  const { origin = '', host } = headers
  if (URL.canParse(origin) && new URL(origin).host === host) {
    request.setHeader('origin', box.origin)
  }
}
