/**
 * So much of a text as is to be remembered, as a copy: a piece of a string keeps all of that string in memory.
 * @param most UTF-16 units
 */
export function keptText(text: string, most: number): string {
  return Buffer.from(text.slice(0, most)).toString()
}
