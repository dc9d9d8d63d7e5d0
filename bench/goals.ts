/** What a figure of the box is to reach. */
export interface Goal {
  /** how many times better than the reference, the median of the rounds */
  readonly ratio?: number
  /** what was aimed at beyond that; not asked for */
  readonly aim?: number
  /** whatever the reference does, in the figure's unit: the median of the rounds */
  readonly atMost?: number
}

export type Goals = Readonly<Record<string, Goal>>

/** Of a full comparison with upstream's reflector. Only what stays put on a busy machine of two cores is asked for. */
export const FULL_GOALS: Goals = {
  'A.10.saturated.cpu': { ratio: 7, aim: 9 },
  'A.100.saturated.cpu': { ratio: 12, aim: 18 },
  'A.500.saturated.cpu': { ratio: 15, aim: 23 },
  'A.1000.saturated.cpu': { ratio: 18, aim: 30 },
  'A.10.sustained': { ratio: 2, aim: 4 },
  'A.100.sustained': { ratio: 8, aim: 10 },
  'A.500.sustained': { ratio: 8, aim: 10 },
  'A.1000.sustained': { ratio: 8, aim: 10 },
  'A.100.low.cpu': { ratio: 1.2, aim: 1.4 },
  'A.1000.low.cpu': { ratio: 1.3, aim: 1.9 },
  'B.100.cpu': { ratio: 1.2, aim: 1.3 },
  'B.500.cpu': { ratio: 1.3, aim: 1.6 },
  'B.2000.cpu': { ratio: 1.8, aim: 2.5 },
  'C.memory': { ratio: 1.3, aim: 1.5 },
  'C.join': { ratio: 1.7, aim: 2.5 },
  'C.cpu': { ratio: 1.15 },
  'C18.memory': { ratio: 1.3, aim: 1.5 },
  'C18.join': { ratio: 1.7, aim: 2.5 },
  'D.join': { ratio: 12, aim: 20 },
  'D.synced': { ratio: 10, aim: 19, atMost: 1000 },
  'D.first': { ratio: 20 },
  'D.stall': { ratio: 40, aim: 130, atMost: 50 },
  'D.memory': { ratio: 15, aim: 40 },
  'E.cpu': { ratio: 1.3, aim: 1.5 },
  'E.drift': { ratio: 10, aim: 100 },
  'F.PUT.1MB.rate': { ratio: 0.75 },
  'F.GET.1MB.rate': { ratio: 0.8 },
  'F.PUT.100MB.rate': { ratio: 0.85 },
  'F.GET.100MB.rate': { ratio: 0.6 },
  'F.PUT.100MB.cpu': { ratio: 0.8 },
  'F.GET.100MB.cpu': { ratio: 0.25 },
  'F.PUT.100MB.memory': { atMost: 64 },
  'F.GET.100MB.memory': { atMost: 64 },
  'G.growth': { ratio: 10 },
}

/** Of a quick one. They are lower: it does not look for long, and memory not at enough clients. */
export const QUICK_GOALS: Goals = {
  'A.100.low.cpu': { ratio: 1.2 },
  'A.100.saturated.cpu': { ratio: 12 },
  'B.100.cpu': { ratio: 1.15 },
  'C.join': { ratio: 1.5 },
  'D.join': { ratio: 8 },
  'D.synced': { ratio: 5 },
  'D.stall': { ratio: 10 },
  'D.memory': { ratio: 3 },
  'E.cpu': { ratio: 1.2 },
  'E.drift': { ratio: 2 },
}
