import { type Finding, ok, problem, warning } from './finding.ts'
import { findingOfRefusal } from './refusal.ts'

const BYTES_PER_MB = 1_000_000

/** What became of a file that was uploaded and fetched. */
export type Upload =
  /** `ms`: there and back */
  | {
      readonly tag: 'returned'
      readonly bytes: number
      readonly ms: number
      readonly isWhole: boolean
      readonly hasParts: boolean
    }
  /** `sentence` is the box's, or "" if somebody else answered */
  | {
      readonly tag: 'refused'
      readonly way: 'there' | 'back'
      readonly bytes: number
      readonly status: number
      readonly sentence: string
    }
  | {
      readonly tag: 'failed'
      readonly way: 'there' | 'back'
      readonly bytes: number
      readonly reason: string
    }

const LARGER_BODIES =
  'Let the proxy pass uploads up to BOX_MAX_UPLOAD_MB. nginx: `client_max_body_size 0;`; Apache: `LimitRequestBody 0`; others call it the largest request or body.'

export function findingOfUpload(upload: Upload): Finding {
  const size = `${(upload.bytes / BYTES_PER_MB).toFixed(1)} MB`
  switch (upload.tag) {
    case 'returned':
      return returned(upload, size)
    case 'refused':
      return refusal(upload, size)
    case 'failed':
      return problem(
        'upload',
        `a file of ${size} did not come ${upload.way === 'there' ? 'to the box' : 'back from the box'}: ${upload.reason}`,
        'Something between here and the box ends long requests, or the network is too slow. Try `--megabytes 1`; if that works, look at the limits of the proxy.',
      )
  }
}

function returned(
  { ms, isWhole, hasParts }: Extract<Upload, { tag: 'returned' }>,
  size: string,
): Finding {
  if (!isWhole) {
    return problem(
      'upload',
      `a file of ${size} came back with other bytes`,
      'Something between here and the box changes files, a proxy that compresses or scans them, say. Have it leave `/files/` alone.',
    )
  }
  if (!hasParts) {
    return warning(
      'upload',
      `a file of ${size} goes to the box and back, but not in parts: large ones start anew when the network breaks`,
      'Have the proxy pass on `Range`.',
    )
  }
  return ok('upload', `a file of ${size} goes to the box and back in ${(ms / 1000).toFixed(1)} s`)
}

function refusal(
  { way, status, sentence }: Extract<Upload, { tag: 'refused' }>,
  size: string,
): Finding {
  if (sentence !== '') return findingOfRefusal('upload', status, sentence)
  const answer = `was answered with ${status}, and not by the box`
  if (way === 'there' && status === 413) {
    return problem(
      'upload',
      `a file of ${size} is too large for a proxy: it ${answer}`,
      LARGER_BODIES,
    )
  }
  return problem(
    'upload',
    way === 'there' ? `an upload of ${size} ${answer}` : `a download ${answer}`,
    'Have the proxy pass PUT, GET and HEAD below `/files/`.',
  )
}
