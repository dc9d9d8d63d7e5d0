import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lockBox } from '../backup/box-folder.ts'
import type { Config } from '../config.ts'
import { ownUrl } from '../system/addresses.ts'
import { Listener } from '../system/listener.ts'
import { type Address, addressOf } from './address.ts'
import { ask } from './ask.ts'
import type { BoxLook } from './box-state.ts'
import { LOOK_LIMIT_MS } from './limits.ts'
import { listenerAt } from './listener-name.ts'
import { probeReach } from './reach.ts'
import { reasonOf } from './reason.ts'

/** Where this machine reaches the box without anything in between. */
function ownAddress({ host, port }: Pick<Config, 'host' | 'port'>): Address {
  return addressOf(ownUrl(host, port))
}

/** Looks at the port, and at who has the folder. */
export async function probeBox(config: Config): Promise<BoxLook> {
  const { port } = config
  const address = ownAddress(config)
  const { reach } = await probeReach(address)
  const isSilent = reach.tag === 'none'
  return {
    ...{ url: address.url.href, port, reach },
    isLocked: isLocked(resolve(config.filesDir)),
    listener: await listenerAt(port),
    portTrouble: isSilent ? await portTrouble(config) : undefined,
    missing: reach.tag === 'box' ? await missingIn(address) : [],
  }
}

async function portTrouble({ host, port, adminPort }: Config): Promise<string | undefined> {
  try {
    const apps = await Listener.open({ host, port, setting: 'BOX_PORT' })
    await apps.close()
    const admin = await Listener.open({ host, port: adminPort, setting: 'BOX_ADMIN_PORT' })
    await admin.close()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

async function missingIn(address: Address): Promise<readonly string[]> {
  try {
    const { status, body } = await ask(address, 'readyz', { limitMs: LOOK_LIMIT_MS })
    if (status === 200) return []
    const { missing } = JSON.parse(String(body)) as { missing: readonly string[] }
    return missing
  } catch (error) {
    return [`something that /readyz does not tell (${reasonOf(error)})`]
  }
}

/** Makes nothing: a lock's file that this user made could be out of reach of the box. */
function isLocked(dir: string): boolean | undefined {
  if (!existsSync(join(dir, 'box.lock'))) return false
  try {
    lockBox(dir)()
    return false
  } catch (error) {
    const isBusy = String(((error as Error).cause as { code?: unknown })?.code).startsWith(
      'SQLITE_BUSY',
    )
    return isBusy ? true : undefined
  }
}
