import { type BigIntStatsFs, type PathLike, statfsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { platform } from 'node:os'

/** What a folder is stored on. */
export interface Volume {
  /** whether locks and shared memory hold there for sure, as a database with a write-ahead log needs */
  readonly isLocal: boolean
  /** whether what is stored there is still there when the machine, or the container, was made or started anew */
  readonly isLasting: boolean
  /** for the person who runs the box */
  readonly name: string
}

const NETWORK_SHARE = 'SMB (a Windows share)'

/**
 * What Linux calls the file systems that are, or may be, another machine's: `f_type` of statfs(2).
 * A shared folder of Docker Desktop is FUSE (virtiofs, too) or 9P.
 */
const SHARED_TYPES: ReadonlyMap<bigint, string> = new Map([
  [0x6969n, 'NFS'],
  [0x517bn, NETWORK_SHARE],
  [0xff53_4d42n, NETWORK_SHARE],
  [0xfe53_4d42n, NETWORK_SHARE],
  [0x6573_5546n, 'FUSE (a shared or attached folder)'],
  [0x0102_1997n, '9P (a folder of the host machine)'],
  [0x786f_4256n, 'VirtualBox (a folder of the host machine)'],
  [0xbacb_acbcn, 'VMware (a folder of the host machine)'],
  [0x7c7c_6673n, 'Parallels (a folder of the host machine)'],
  [0x5346_414fn, 'AFS'],
  [0x6b41_4653n, 'AFS'],
  [0x00c3_6400n, 'Ceph'],
  [0x0bd0_0bd0n, 'Lustre'],
  [0x4750_4653n, 'GPFS'],
  [0x0116_1970n, 'GFS2'],
  [0x7461_636fn, 'OCFS2'],
  [0x1983_0326n, 'BeeGFS'],
  [0xaad7_aaean, 'PanFS'],
  [0x7375_7245n, 'Coda'],
  [0x564cn, 'NetWare'],
])
/** Likewise, of those that forget. */
const FLEETING_TYPES: ReadonlyMap<bigint, string> = new Map([
  [0x0102_1994n, 'memory (tmpfs)'],
  [0x8584_58f6n, 'memory (ramfs)'],
  [0x794c_7630n, 'an overlay (the own layer of a container, or of a live system)'],
])
const LOCAL: Volume = { isLocal: true, isLasting: true, name: 'a local disk' }
/** A path of Windows that begins with another machine's name. */
const WINDOWS_SHARE = /^\\\\[^\\?.]/

export interface VolumeSource {
  readonly platform: string
  readonly statfs: (path: PathLike, options: { bigint: true }) => Pick<BigIntStatsFs, 'type'>
}

/**
 * What `dir`, an absolute path of a folder that is there, is stored on. Only Linux tells enough;
 * elsewhere a folder counts as local unless its path says otherwise.
 */
export function volumeOf(
  dir: string,
  source: VolumeSource = { platform: platform(), statfs: statfsSync },
): Volume {
  if (source.platform === 'win32' && WINDOWS_SHARE.test(dir)) {
    return { isLocal: false, isLasting: true, name: NETWORK_SHARE }
  }
  if (source.platform !== 'linux') return LOCAL
  // Where a machine word has 32 bits, the number comes with its sign spread over the rest.
  const type = BigInt.asUintN(32, source.statfs(dir, { bigint: true }).type)
  const [shared, fleeting] = [SHARED_TYPES.get(type), FLEETING_TYPES.get(type)]
  if (shared !== undefined) return { isLocal: false, isLasting: true, name: shared }
  return fleeting === undefined ? LOCAL : { isLocal: true, isLasting: false, name: fleeting }
}

/** How full the volume of a folder is, bytes; `freeBytes` is what this program may still have of it. */
export async function useOf(dir: string): Promise<{ usedBytes: number; freeBytes: number }> {
  const { bsize, blocks, bfree, bavail } = await statfs(dir)
  return { usedBytes: (blocks - bfree) * bsize, freeBytes: bavail * bsize }
}
