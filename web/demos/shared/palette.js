/** Colours for people, dark enough for white text. */
export const COLORS = [
  '#1f5fbf',
  '#c8372d',
  '#1d2420',
  '#a56700',
  '#24784c',
  '#7442b8',
  '#0b7f8c',
  '#c2377f',
]

/** The colours' names, in the same order. */
export const COLOR_NAMES = ['Blue', 'Red', 'Black', 'Amber', 'Green', 'Violet', 'Teal', 'Pink']
