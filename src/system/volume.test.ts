import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useOf, volumeOf } from './volume.ts'

const volumeOn = (platform: string, type: bigint, dir = '/box') =>
  volumeOf(dir, { platform, statfs: () => ({ type }) })

describe('on Linux', () => {
  it.each([
    ['NFS', 0x6969n],
    ['SMB', 0x517bn],
    ['SMB', 0xff534d42n],
    ['SMB', 0xfe534d42n],
    ['FUSE', 0x65735546n],
    ['9P', 0x01021997n],
    ['VirtualBox', 0x786f4256n],
    ['AFS', 0x5346414fn],
    ['AFS', 0x6b414653n],
    ['Ceph', 0x00c36400n],
    ['Lustre', 0x0bd00bd0n],
  ])('%s (%i) is not local', (name, type) => {
    expect(volumeOn('linux', type)).toEqual({
      isLocal: false,
      isLasting: true,
      name: expect.stringMatching(`^${name}`),
    })
  })

  it.each([
    ['ext4', 0xef53n],
    ['XFS', 0x58465342n],
    ['Btrfs', 0x9123683en],
    ['ZFS', 0x2fc12fc1n],
    ['one not known', 0x12345678n],
  ])('%s is local', (_name, type) => {
    const local = { isLocal: true, isLasting: true, name: 'a local disk' }
    expect(volumeOn('linux', type)).toEqual(local)
  })

  it.each([
    ['memory', 0x01021994n],
    ['memory', 0x858458f6n],
    ['an overlay', 0x794c7630n],
  ])('%s is local, and does not last', (name, type) => {
    expect(volumeOn('linux', type)).toEqual({
      isLocal: true,
      isLasting: false,
      name: expect.stringMatching(`^${name}`),
    })
  })

  it('a number that lost its sign to a 32-bit word is the same', () => {
    expect(volumeOn('linux', 0xffffffffff534d42n)).toMatchObject({ isLocal: false })
  })

  it('a folder that cannot be asked is an error', () => {
    const missing = join(tmpdir(), 'no-such-folder')
    expect(() => volumeOf(missing, { platform: 'linux', statfs: statfsSync })).toThrow('ENOENT')
  })
})

describe('elsewhere', () => {
  it('the numbers of Linux mean nothing', () => {
    expect(volumeOn('darwin', 0x6969n)).toMatchObject({ isLocal: true })
  })

  it('a path of Windows that begins with a machine is on a share', () => {
    expect(volumeOn('win32', 0n, '\\\\server\\box')).toMatchObject({ isLocal: false })
    expect(volumeOn('win32', 0n, 'C:\\box')).toMatchObject({ isLocal: true })
    expect(volumeOn('win32', 0n, '\\\\?\\C:\\box')).toMatchObject({ isLocal: true })
  })
})

it('asks the machine it runs on', () => {
  expect(volumeOf(tmpdir()).name).not.toBe('')
})

it('knows how full the volume of a folder is', async () => {
  const { usedBytes, freeBytes } = await useOf(tmpdir())
  const { blocks, bsize } = statfsSync(tmpdir())
  expect(usedBytes).toBeGreaterThan(0)
  expect(freeBytes).toBeGreaterThan(0)
  expect(usedBytes + freeBytes).toBeLessThanOrEqual(blocks * bsize)
})
