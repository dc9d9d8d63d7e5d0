/** Of the admin password, in characters. */
export const LEAST_PASSWORD_LENGTH = 10
/** Nobody types more. */
export const LONGEST_PASSWORD_LENGTH = 200

/** Why it may not be the admin password, in a sentence without its full stop; undefined: it may. */
export function faultOfPassword(password: string): string | undefined {
  if (password.trim().length < LEAST_PASSWORD_LENGTH) {
    return `the password has to have at least ${LEAST_PASSWORD_LENGTH} characters`
  }
  return password.length > LONGEST_PASSWORD_LENGTH
    ? `the password may have at most ${LONGEST_PASSWORD_LENGTH} characters`
    : undefined
}
