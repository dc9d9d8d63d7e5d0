import { Constants } from '../shared/croquet.js'
import { COLORS } from '../shared/palette.js'

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
  colors: COLORS,
}

export const paper = Constants.paper
