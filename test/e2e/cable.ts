import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

const HOST = '127.0.0.1'

/** One connection of a browser, and the one that carries it on to the box. */
interface Strand {
  readonly near: Socket
  readonly far: Socket
  /** the box does not hear when the browser's side is gone */
  isFarLeft: boolean
}

/** The way from a browser to a box, which a test can cut. */
export class Cable {
  readonly #boxPort: number
  readonly #server: Server
  readonly #strands = new Set<Strand>()
  #isPlugged = true

  private constructor(boxPort: number) {
    this.#boxPort = boxPort
    this.#server = createServer((near) => this.#carry(near))
  }

  static async to(boxPort: number): Promise<Cable> {
    const cable = new Cable(boxPort)
    cable.#server.listen(0, HOST)
    await once(cable.#server, 'listening')
    return cable
  }

  /** Where the box is found through it. */
  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`
  }

  /** Drops all connections; new ones get through at once. */
  cut(): void {
    for (const { near, far } of this.#strands) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }

  /** Drops all connections on the browser's side; to the box they look open until `dropFar`. */
  cutNear(): void {
    for (const strand of this.#strands) {
      strand.isFarLeft = true
      strand.near.resetAndDestroy()
    }
  }

  /** Lets the box hear of the connections that `cutNear` dropped. */
  dropFar(): void {
    for (const { far, isFarLeft } of this.#strands) if (isFarLeft) far.destroy()
  }

  /** Drops all connections, and new ones until `plug`. */
  unplug(): void {
    this.#isPlugged = false
    this.cut()
  }

  plug(): void {
    this.#isPlugged = true
  }

  async close(): Promise<void> {
    this.unplug()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #carry(near: Socket): void {
    if (!this.#isPlugged) {
      near.resetAndDestroy()
      return
    }
    const strand = { near, far: connect(this.#boxPort, HOST), isFarLeft: false }
    const { far } = strand
    this.#strands.add(strand)
    // What fails shows as a close.
    for (const end of [near, far]) end.on('error', () => {})
    near.pipe(far)
    far.pipe(near)
    near.on('close', () => {
      if (!strand.isFarLeft) far.destroy()
    })
    far.on('close', () => {
      this.#strands.delete(strand)
      near.destroy()
    })
  }
}
