import { type Finding, problem, skipped, warning } from './finding.ts'

const TRY_WITH_LINK =
  'To try it as those whom you let in: `npm run invite -- --hours 1`, and give the doctor the address with the token that is in the link: ' +
  '`npm run doctor -- https://…/t/<token>/`.'

/** What it means that the box itself does not let the doctor do something. @param sentence of the box */
export function findingOfRefusal(id: string, status: number, sentence: string): Finding {
  switch (status) {
    case 401:
      return skipped(
        id,
        `not tried, since nobody is let in without showing something: ${sentence}`,
        TRY_WITH_LINK,
      )
    case 403:
      return problem(id, `the box lets nobody in from here: ${sentence}`, TRY_WITH_LINK)
    case 413:
      return skipped(
        id,
        `the box takes no file as large as that: ${sentence}`,
        'Try a smaller one (`--megabytes N`), or raise BOX_MAX_UPLOAD_MB.',
      )
    case 429:
      return warning(
        id,
        `too much at once from this address: ${sentence}`,
        'Wait for a minute and try again.',
      )
    case 507:
      return problem(
        id,
        `nothing can be stored: ${sentence}`,
        'Make room on the disk of the box, or raise BOX_MAX_VOLUME_PERCENT.',
      )
    default:
      return problem(
        id,
        `the box refuses with ${status}: ${sentence}`,
        'Look into the log of the box.',
      )
  }
}
