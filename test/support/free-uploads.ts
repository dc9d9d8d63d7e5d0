import { UploadLimits } from '../../src/files/upload-limits.ts'

/** As many uploads as anybody likes. */
export function freeUploads(): UploadLimits {
  const most = Number.POSITIVE_INFINITY
  const amounts = {
    uploadsPerMinute: most,
    bytesPerMinute: most,
    atOncePerAddress: most,
    atOnce: most,
  }
  return new UploadLimits(amounts, {
    now: () => 0,
    accountOf: (address) => address,
    onBreach: () => {},
  })
}
