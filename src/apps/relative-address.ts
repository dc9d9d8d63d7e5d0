/**
 * From a page or script to another path of the box, whatever prefix the box is reached under: a
 * module specifier as well.
 * @param from path from the box's root, beginning with a slash
 * @param to likewise
 */
export function relativeAddress(from: string, to: string): string {
  const depth = from.split('/').length - 2
  return (depth > 0 ? '../'.repeat(depth) : './') + to.slice(1)
}
