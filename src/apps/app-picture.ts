import { join } from 'node:path'
import { MOST_SETTINGS_BYTES } from './app-settings.ts'
import { readBytes, statOf } from './existing.ts'
import { imageFacts, isImageName } from './image-facts.ts'

/** The page of the box loads the pictures of all apps: none may make it slow (bytes). */
const MOST_PICTURE_BYTES = 1_000_000
const MOST_DRAWING_BYTES = 200_000
/** A small file can be a large image, which takes four bytes a pixel of the memory of each phone that shows it. */
const MOST_PIXELS = 4096 * 4096
/** Smaller ones are icons: blown up, they are ugly. */
const LEAST_WIDTH = 240
/** So many folders are left out at the beginning of an address. */
const MOST_LEFT_OUT = 8

/** Whether a file is a picture for an app's tile: `fault` says why not, as the end of a sentence. */
export interface PictureVerdict {
  readonly fault: string | undefined
}

/** @param path within the app, of a file that is there */
export async function judgePicture(root: string, path: string): Promise<PictureVerdict> {
  if (!isImageName(path)) return { fault: 'is no PNG, JPEG, WebP, AVIF, GIF or SVG by its name' }
  const size = (await statOf(join(root, path)))?.size ?? 0
  if (size > MOST_PICTURE_BYTES) return { fault: 'is larger than 1 MB' }
  const bytes = await readBytes(join(root, path))
  const facts = bytes && imageFacts(path, bytes)
  if (!facts) return { fault: 'is not what its name says' }
  if (facts.isDrawing) {
    return { fault: size > MOST_DRAWING_BYTES ? 'is an SVG larger than 200 kB' : undefined }
  }
  const { width, height } = facts
  if (width * height > MOST_PIXELS) return { fault: 'has more pixels than 4096 × 4096' }
  return { fault: width < LEAST_WIDTH ? `is less than ${LEAST_WIDTH} pixels wide` : undefined }
}

/**
 * Where in the app's folder a picture may be that pages name by an address on the internet: with the whole path, and with
 * less and less of its beginning, since the app may have been below a folder there. Nothing is asked of that host.
 */
export function pathsOfPicture(address: string, folder: string): string[] {
  const url = URL.parse(address, `http://app.invalid/${folder}/`)
  if (!url || !/^https?:$/.test(url.protocol)) return []
  if (url.host === 'app.invalid') return [url.pathname]
  const parts = url.pathname.split('/').slice(1)
  const most = Math.min(parts.length, MOST_LEFT_OUT + 1)
  return Array.from({ length: most }, (_, leftOut) => `/${parts.slice(leftOut).join('/')}`)
}

/** The picture that an app's `app.json` names; undefined: none. Other tools have files of that name, too. */
export function pictureInSettings(text: string): string | undefined {
  if (text.length > MOST_SETTINGS_BYTES || !text.includes('"picture"')) return undefined
  try {
    const { picture } = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly picture?: unknown }
    return typeof picture === 'string' && picture !== '' ? picture : undefined
  } catch {
    return undefined
  }
}
