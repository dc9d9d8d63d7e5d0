import { createSocket, type Socket } from 'node:dgram'
import { createInterface } from 'node:readline'

// A program that takes part in multicast DNS on one interface, by IPv4 and IPv6: it prints each record that it hears as a
// line of JSON, and asks for the names that it reads, one a line. It shares no code with what the box answers by.

/** A record as it was heard. */
export interface HeardRecord {
  readonly by: 'IPv4' | 'IPv6'
  readonly name: string
  readonly type: number
  readonly ttl: number
  /** an address, a name, or for SRV port and name */
  readonly data: string
}

const PORT = 5353
const GROUPS = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const
const ANY = 255
const RESPONSE = 0x80
const [A, PTR, AAAA, SRV] = [1, 12, 28, 33]
const POINTER = 0xc0
const HEADER_BYTES = 12

const [address = '', interfaceName = ''] = process.argv.slice(2)
const sockets = { IPv4: open('IPv4'), IPv6: open('IPv6') }

createInterface({ input: process.stdin }).on('line', (name) => {
  sockets.IPv4.send(queryFor(name), PORT, GROUPS.IPv4)
  sockets.IPv6.send(queryFor(name), PORT, `${GROUPS.IPv6}%${interfaceName}`)
})

function open(by: HeardRecord['by']): Socket {
  const isIpv6 = by === 'IPv6'
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', reuseAddr: true, ipv6Only: isIpv6 })
  socket.on('message', (packet) => {
    if (((packet[2] ?? 0) & RESPONSE) === 0) return
    for (const record of recordsIn(packet, by)) tell(record)
  })
  socket.bind(PORT, () => {
    socket.addMembership(GROUPS[by], isIpv6 ? `::%${interfaceName}` : address)
    socket.setMulticastInterface(isIpv6 ? `::%${interfaceName}` : address)
    tell({ by, name: 'ready', type: 0, ttl: 0, data: '' })
  })
  return socket
}

function tell(record: HeardRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`)
}

function queryFor(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(1, 4)
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, ANY, 0, 1])])
}

function recordsIn(packet: Buffer, by: HeardRecord['by']): readonly HeardRecord[] {
  const [questions, ...others] = [4, 6, 8, 10].map((at) => packet.readUInt16BE(at))
  let at = HEADER_BYTES
  for (let index = 0; index < (questions ?? 0); index++) at = nameAt(packet, at).end + 4
  const records: HeardRecord[] = []
  for (let left = others.reduce((sum, count) => sum + count, 0); left > 0; left--) {
    const { name, end } = nameAt(packet, at)
    const type = packet.readUInt16BE(end)
    const ttl = packet.readUInt32BE(end + 4)
    const start = end + 10
    at = start + packet.readUInt16BE(end + 8)
    records.push({ by, name, type, ttl, data: dataOf(type, packet, start) })
  }
  return records
}

function dataOf(type: number, packet: Buffer, start: number): string {
  if (type === A) return packet.subarray(start, start + 4).join('.')
  if (type === AAAA) {
    const groups = Array.from({ length: 8 }, (_, index) => packet.readUInt16BE(start + 2 * index))
    return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname
  }
  if (type === PTR) return nameAt(packet, start).name
  if (type === SRV) return `${packet.readUInt16BE(start + 4)} ${nameAt(packet, start + 6).name}`
  return ''
}

function nameAt(packet: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = start
  let end: number | undefined
  for (;;) {
    const length = packet[at] ?? 0
    if ((length & POINTER) === POINTER) {
      end ??= at + 2
      at = packet.readUInt16BE(at) & 0x3fff
    } else if (length === 0) {
      return { name: labels.join('.'), end: end ?? at + 1 }
    } else {
      labels.push(packet.toString('utf8', at + 1, at + 1 + length))
      at += 1 + length
    }
  }
}
