import { Constants, Model } from '../shared/croquet.js'

/**
 * What everybody must agree on; lengths are about metres. Being a Croquet constant it is part of the session's identity.
 * A ball is `{ x, z, radius, mass }`, a hoop stands across the z axis at `{ x, z }`.
 */
Constants.lawn = {
  radius: 9,
  stepMs: 50,
  speed: 4.5,
  /** How much of the way to its wanted speed somebody gets in a step. */
  agility: 0.35,
  /** What is left of a ball's speed after a step. */
  rolling: 0.965,
  /** What is left of a speed after hitting something. */
  bounce: 0.7,
  /** Slower than this is standing still. */
  slowest: 0.02,
  body: { radius: 0.6, mass: 1 },
  balls: [
    { x: -5, z: 2, radius: 0.45, mass: 0.4 },
    { x: 5, z: 4, radius: 0.45, mass: 0.4 },
    { x: -2.5, z: -3.5, radius: 0.45, mass: 0.4 },
    { x: 3, z: -3, radius: 0.45, mass: 0.4 },
    { x: 0, z: 0, radius: 1.4, mass: 8 },
  ],
  hoops: [
    { x: -5, z: -1 },
    { x: 0, z: -5 },
    { x: 5, z: 1 },
    { x: 0, z: 5 },
  ],
  hoop: { halfWidth: 1.1, post: 0.09 },
  colorCount: 8,
}

/**
 * The lawn: people and balls are circles on it, which push each other. Nothing here depends on anything but messages and
 * teatime, so that it goes the same way on every device: no clock, no `Math.random`, and of all mathematics only what
 * computers agree on.
 */
export class Lawn extends Model {
  init() {
    /** View id to `{ x, z, vx, vz, radius, mass, color, way, goal }`: the way keys give, the goal a finger gives. */
    this.people = new Map()
    this.startOver()
    this.subscribe(this.sessionId, 'view-join', this.welcome)
    this.subscribe(this.sessionId, 'view-exit', this.farewell)
    this.subscribe(this.id, 'walk', this.walk)
    this.subscribe(this.id, 'walk-to', this.walkTo)
    this.subscribe(this.id, 'start-over', this.startOver)
    this.future(Constants.lawn.stepMs).step()
  }

  welcome(viewId) {
    const { body, radius } = Constants.lawn
    const uses = new Array(Constants.lawn.colorCount).fill(0)
    for (const { color } of this.people.values()) uses[color]++
    const color = uses.indexOf(Math.min(...uses))
    // Those who come stand in a row at the near edge.
    const x = (color - 3.5) * 1.2
    const z = radius - 2.5
    const still = { vx: 0, vz: 0, way: [0, 0], goal: null }
    this.people.set(viewId, { ...body, ...still, x, z, color })
    this.tellPeople()
  }

  farewell(viewId) {
    this.people.delete(viewId)
    this.tellPeople()
  }

  tellPeople() {
    this.publish(this.sessionId, 'people', this.viewCount)
  }

  startOver() {
    this.passes = 0
    this.balls = Constants.lawn.balls.map((ball) => ({ ...ball, vx: 0, vz: 0 }))
    this.publish(this.id, 'started-over')
  }

  /** `way` is the direction of the keys that are down, each part -1, 0 or 1. */
  walk({ by, way: [x, z] }) {
    const person = this.people.get(by)
    if (!person) return
    person.way = [Math.sign(x) || 0, Math.sign(z) || 0]
    person.goal = null
  }

  walkTo({ by, goal: [x, z] }) {
    const person = this.people.get(by)
    if (!person || !Number.isFinite(x) || !Number.isFinite(z)) return
    const farthest = Constants.lawn.radius - person.radius
    const scale = Math.min(1, farthest / Math.sqrt(x * x + z * z))
    person.goal = [x * scale, z * scale]
  }

  step() {
    for (const person of this.people.values()) this.steer(person)
    for (const ball of this.balls) this.slowDown(ball)
    const bodies = [...this.people.values(), ...this.balls]
    const before = this.balls.map(({ z }) => z)
    for (const body of bodies) this.move(body)
    for (const [index, body] of bodies.entries()) {
      for (const other of bodies.slice(index + 1)) this.collide(body, other)
      this.stayOnLawn(body)
    }
    for (const [index, ball] of this.balls.entries()) this.count(ball, before[index])
    this.future(Constants.lawn.stepMs).step()
  }

  steer(person) {
    const { speed, agility } = Constants.lawn
    const { goal, way } = person
    const [x, z] = goal ? [goal[0] - person.x, goal[1] - person.z] : way
    const distance = Math.sqrt(x * x + z * z)
    if (goal && distance < 0.05) {
      Object.assign(person, { goal: null, vx: 0, vz: 0 })
      return
    }
    // Whoever is nearly there slows down, so as not to go past it.
    const wanted = goal ? Math.min(speed, 3 * distance) : speed
    const scale = distance > 0 ? wanted / distance : 0
    person.vx += (x * scale - person.vx) * agility
    person.vz += (z * scale - person.vz) * agility
    if (scale === 0) this.rest(person)
  }

  slowDown(ball) {
    ball.vx *= Constants.lawn.rolling
    ball.vz *= Constants.lawn.rolling
    this.rest(ball)
  }

  rest(body) {
    const { slowest } = Constants.lawn
    if (Math.abs(body.vx) < slowest) body.vx = 0
    if (Math.abs(body.vz) < slowest) body.vz = 0
  }

  move(body) {
    const seconds = Constants.lawn.stepMs / 1000
    body.x += body.vx * seconds
    body.z += body.vz * seconds
    for (const post of this.posts()) this.collide(body, post)
  }

  /** A post is a circle too heavy to move. */
  posts() {
    const { hoops, hoop } = Constants.lawn
    const still = { vx: 0, vz: 0, radius: hoop.post, mass: Number.POSITIVE_INFINITY }
    return hoops.flatMap(({ x, z }) => [
      { ...still, x: x - hoop.halfWidth, z },
      { ...still, x: x + hoop.halfWidth, z },
    ])
  }

  /** Moves two circles apart that overlap, the lighter one farther, and has them bounce. */
  collide(one, other) {
    const dx = other.x - one.x
    const dz = other.z - one.z
    const apart = one.radius + other.radius
    const squared = dx * dx + dz * dz
    if (squared >= apart * apart || squared === 0) return
    const distance = Math.sqrt(squared)
    const [nx, nz] = [dx / distance, dz / distance]
    const share = other.mass === Number.POSITIVE_INFINITY ? 1 : other.mass / (one.mass + other.mass)
    const overlap = apart - distance
    const approach = (one.vx - other.vx) * nx + (one.vz - other.vz) * nz
    const push = approach > 0 ? approach * (1 + Constants.lawn.bounce) : 0
    this.shove(one, nx, nz, -share * overlap, -share * push)
    this.shove(other, nx, nz, (1 - share) * overlap, (1 - share) * push)
  }

  shove(body, nx, nz, way, speed) {
    body.x += nx * way
    body.z += nz * way
    body.vx += nx * speed
    body.vz += nz * speed
  }

  stayOnLawn(body) {
    const { radius, bounce } = Constants.lawn
    const distance = Math.sqrt(body.x * body.x + body.z * body.z)
    const outside = distance + body.radius - radius
    if (outside <= 0) return
    const [nx, nz] = [body.x / distance, body.z / distance]
    const outward = body.vx * nx + body.vz * nz
    this.shove(body, nx, nz, -outside, outward > 0 ? -outward * (1 + bounce) : 0)
  }

  count(ball, zBefore) {
    const { hoops, hoop } = Constants.lawn
    const hasPassed = hoops.some(
      ({ x, z }) => Math.abs(ball.x - x) < hoop.halfWidth && zBefore < z !== ball.z < z,
    )
    if (!hasPassed || ball.radius > hoop.halfWidth) return
    this.passes++
    this.publish(this.id, 'passed')
  }
}

Lawn.register('Lawn')
