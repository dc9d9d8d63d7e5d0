import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { getResponder } from '@homebridge/ciao'
import type { Network, Publication } from './ports.ts'
import type { ThreadNews } from './thread-responder.ts'

// The thread of `startThreadResponder`.

const PORT = 5353
const GROUP = '224.0.0.251'
const GROUP_IPV6 = 'ff02::fb'

const { label, port, networks, onlyAddress, isIpv6 } = workerData as Publication

const tell = (news: ThreadNews) => parentPort?.postMessage(news)

/** The library takes it for success when it has not one socket. */
async function faultOfNetworks(): Promise<string | undefined> {
  const faults = await Promise.all(networks.map(faultOf))
  return faults.includes(undefined) ? undefined : faults.join('; ')
}

async function faultOf({ name, addresses }: Network): Promise<string | undefined> {
  const address = addresses.find(isIPv4)
  const socket = createSocket({ type: address ? 'udp4' : 'udp6', reuseAddr: true })
  try {
    socket.bind(PORT)
    await once(socket, 'listening')
    if (address) socket.addMembership(GROUP, address)
    else socket.addMembership(GROUP_IPV6, `::%${name}`)
    return undefined
  } catch (error) {
    return `${name}: ${(error as Error).message}`
  } finally {
    socket.close()
  }
}

async function publish(): Promise<void> {
  const fault = await faultOfNetworks()
  if (fault !== undefined) return tell({ kind: 'failed', reason: fault })
  const interfaces = networks.map(({ name }) => name)
  const responder = getResponder({ interface: interfaces, advertiseIpv6: isIpv6 })
  const service = responder.createService({
    ...{ name: `Croquet box ${label}`, hostname: label, type: 'http', port },
    // Without any text the library takes its own record, heard by IPv6, for that of another machine.
    txt: { path: '/' },
    disabledIpv6: !isIpv6,
    ...(onlyAddress !== undefined && { restrictedAddresses: [onlyAddress] }),
  })
  // It would go on as `croquet-(2)`, which is no host name. So it is ended, and the box asks for a name of its own.
  service.once('hostname-change', () => {
    void service.destroy()
    tell({ kind: 'taken' })
  })
  service.on('name-change', () => {})
  parentPort?.once('message', async () => {
    await responder.shutdown()
    process.exit()
  })
  await service.advertise()
  if (!service.isDestroyed()) tell({ kind: 'named' })
}

await publish()
