import { Constants } from '../shared/croquet.js'

/** What everybody must agree on, in board units. Being a Croquet constant it is part of the session's identity. */
Constants.paper = {
  width: 1500,
  height: 1200,
  /** How far outside the paper a stroke may go before it is bent along the edge. */
  margin: 60,
  broadest: 60,
  /** The board keeps the newest strokes up to so many points: a few hundred kilobytes of snapshot. */
  maxPoints: 20_000,
  /** How many are left when the oldest strokes had to go, so that they go seldom and many at a time. */
  pointsAfterTrim: 18_000,
  /** A longer stroke goes on as another. */
  maxPointsInStroke: 1500,
  colors: ['#1f5fbf', '#c8372d', '#1d2420', '#a56700', '#24784c', '#7442b8', '#0b7f8c', '#c2377f'],
}

export const paper = Constants.paper

/** The colours' names, in the same order. */
export const COLOR_NAMES = ['Blue', 'Red', 'Black', 'Amber', 'Green', 'Violet', 'Teal', 'Pink']
