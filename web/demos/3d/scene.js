import {
  BoxGeometry,
  CanvasTexture,
  CapsuleGeometry,
  CircleGeometry,
  CylinderGeometry,
  DirectionalLight,
  Group,
  HemisphereLight,
  Mesh,
  MeshLambertMaterial,
  MeshStandardMaterial,
  NearestFilter,
  PCFShadowMap,
  PerspectiveCamera,
  Plane,
  Raycaster,
  RingGeometry,
  SphereGeometry,
  SRGBColorSpace,
  Scene as Three,
  TorusGeometry,
  Vector2,
  Vector3,
  WebGLRenderer,
} from '../../lib/three@0.187.0/build/three.module.js'
import { COLORS } from '../shared/palette.js'

const DAY = { grass: ['#6aa86f', '#5f9d65'], sun: 2.6, air: 1.7, rim: '#fdfdfb' }
const NIGHT = { grass: ['#2f5f42', '#2a563b'], sun: 1.5, air: 0.9, rim: '#7c8f83' }
const BALL_COLORS = ['#1f5fbf', '#c8372d', '#1d2420', '#e3b01c', '#f4f1e6']
/** What is shown catches up with the model by this much in a second: 20 steps a second look like a glide. */
const CATCH_UP = 16
/** Frames that take longer (ms), so many of them, and the picture gets coarser: not every machine has a graphics card. */
const SLOW_FRAME_MS = 60
const SLOW_FRAMES = 6
const COARSEST = 0.5
const STRIPES = 16
const UP = new Vector3(0, 1, 0)

/** The lawn on screen. It is painted when something has changed, and not otherwise. */
export class Scene {
  #canvas
  #lawn
  #renderer
  #three = new Three()
  #camera = new PerspectiveCamera(32, 1, 1, 120)
  #sun = new DirectionalLight('#fff4dd')
  #air = new HemisphereLight('#ffffff', '#5a7a60')
  #grass
  #rim
  /** View id to the group that stands for this person. */
  #people = new Map()
  #balls = []
  #isStale = true
  /** ms, of the frame before; undefined if nothing had to be painted then */
  #paintedAt
  #shownAt = 0
  #slowFrames = 0
  /** Pixels of the picture for one of the page's. */
  #ratio = Math.min(2, devicePixelRatio)

  /** Throws if there is no WebGL. */
  constructor(canvas, lawn) {
    this.#canvas = canvas
    this.#lawn = lawn
    const context = canvas.getContext('webgl2')
    if (!context) throw new Error('no WebGL here')
    this.#renderer = new WebGLRenderer({ canvas, context })
    this.#renderer.shadowMap.enabled = true
    this.#renderer.shadowMap.type = PCFShadowMap
    this.#addLights()
    this.#addGround()
    for (const hoop of lawn.hoops) this.#three.add(hoopAt(hoop, lawn.hoop))
    this.#balls = lawn.balls.map((ball, index) => ballOf(ball, BALL_COLORS[index]))
    this.#three.add(...this.#balls)
    const night = matchMedia('(prefers-color-scheme: dark)')
    night.addEventListener('change', () => this.#light(night.matches ? NIGHT : DAY))
    this.#light(night.matches ? NIGHT : DAY)
  }

  /** @returns the place on the lawn under a pointer, as `[x, z]`; undefined if that is in the sky */
  placeAt({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect()
    const pointer = new Vector2(
      ((clientX - left) / width) * 2 - 1,
      1 - ((clientY - top) / height) * 2,
    )
    const ray = new Raycaster()
    ray.setFromCamera(pointer, this.#camera)
    const place = ray.ray.intersectPlane(new Plane(UP), new Vector3())
    return place ? [place.x, place.z] : undefined
  }

  /** @param {number} now ms, for smoothness only */
  show(model, ownViewId, now) {
    const seconds = Math.min(0.1, (now - this.#shownAt) / 1000)
    const share = 1 - Math.exp(-CATCH_UP * seconds)
    this.#shownAt = now
    this.#fit()
    this.#showPeople(model.people, ownViewId, share)
    for (const [index, ball] of this.#balls.entries()) this.#roll(ball, model.balls[index], share)
    if (this.#isStale) this.#renderer.render(this.#three, this.#camera)
    this.#keepPace(now)
    this.#isStale = false
  }

  #keepPace(now) {
    if (this.#isStale && now - this.#paintedAt > SLOW_FRAME_MS) this.#slowFrames++
    this.#paintedAt = this.#isStale ? now : undefined
    if (this.#slowFrames < SLOW_FRAMES) return
    this.#slowFrames = 0
    this.#ratio = Math.max(COARSEST, this.#ratio * 0.7)
  }

  #addLights() {
    const { radius } = this.#lawn
    this.#sun.position.set(-8, 16, 6)
    this.#sun.castShadow = true
    this.#sun.shadow.mapSize.set(1024, 1024)
    this.#sun.shadow.radius = 4
    const { camera } = this.#sun.shadow
    Object.assign(camera, { left: -radius, right: radius, top: radius, bottom: -radius, far: 40 })
    this.#three.add(this.#sun, this.#air)
  }

  #addGround() {
    const { radius } = this.#lawn
    this.#grass = new Mesh(new CircleGeometry(radius, 96), new MeshLambertMaterial())
    this.#grass.rotation.x = -Math.PI / 2
    this.#grass.receiveShadow = true
    this.#rim = new Mesh(new TorusGeometry(radius, 0.09, 12, 128), new MeshStandardMaterial())
    this.#rim.rotation.x = -Math.PI / 2
    this.#three.add(this.#grass, this.#rim)
  }

  #light({ grass, sun, air, rim }) {
    this.#grass.material.map?.dispose()
    this.#grass.material.map = mownGrass(grass)
    this.#grass.material.needsUpdate = true
    this.#rim.material.color.set(rim)
    this.#sun.intensity = sun
    this.#air.intensity = air
    this.#isStale = true
  }

  /** Gives the canvas the screen's own resolution, and the camera a place from where all of the lawn is seen. */
  #fit() {
    const { clientWidth: width, clientHeight: height } = this.#canvas.parentElement
    const isFitting =
      this.#canvas.width === Math.floor(width * this.#ratio) &&
      this.#canvas.height === Math.floor(height * this.#ratio)
    if (isFitting || width === 0 || height === 0) return
    this.#renderer.setPixelRatio(this.#ratio)
    this.#renderer.setSize(width, height)
    this.#camera.clearViewOffset()
    this.#camera.aspect = width / height
    this.#camera.updateProjectionMatrix()
    const steepness = width < height ? 1 : 0.62
    let distance = 4 * this.#lawn.radius
    let outline
    for (let tries = 0; tries < 6; tries++) {
      this.#camera.position.set(0, Math.sin(steepness), Math.cos(steepness))
      this.#camera.position.multiplyScalar(distance)
      this.#camera.lookAt(0, 0, 0)
      this.#camera.updateMatrixWorld()
      outline = outlineOnScreen(this.#camera, this.#lawn.radius)
      distance *= outline.largest / 0.96
    }
    // In perspective the middle of the lawn is not the middle of its picture.
    this.#camera.setViewOffset(width, height, 0, (-outline.middle * height) / 2, width, height)
    this.#isStale = true
  }

  #showPeople(people, ownViewId, share) {
    for (const [viewId, shown] of this.#people) {
      if (people.has(viewId)) continue
      this.#leave(shown)
      this.#people.delete(viewId)
      this.#isStale = true
    }
    for (const [viewId, person] of people) {
      const shown = this.#people.get(viewId) ?? this.#enter(viewId, person, viewId === ownViewId)
      this.#glide(shown, person, share)
      if (Math.hypot(person.vx, person.vz) < 0.5) continue
      const turn = angleBetween(shown.rotation.y, Math.atan2(person.vx, person.vz))
      shown.rotation.y += turn * share
      if (Math.abs(turn) > 0.01) this.#isStale = true
    }
  }

  #enter(viewId, person, isOwn) {
    const shown = figure(COLORS[person.color], person.radius, isOwn)
    shown.position.set(person.x, 0, person.z)
    this.#people.set(viewId, shown)
    this.#three.add(shown)
    this.#isStale = true
    return shown
  }

  #leave(shown) {
    shown.removeFromParent()
    shown.traverse(({ geometry, material }) => {
      geometry?.dispose()
      material?.dispose()
    })
  }

  #roll(shown, ball, share) {
    const { dx, dz, length } = this.#glide(shown, ball, share)
    if (length === 0) return
    shown.rotateOnWorldAxis(new Vector3(dz / length, 0, -dx / length), length / ball.radius)
  }

  /** Moves what is shown by that share of the way to where it should be. */
  #glide({ position }, { x, z }, share) {
    const [dx, dz] = [(x - position.x) * share, (z - position.z) * share]
    const length = Math.hypot(dx, dz)
    if (length < 0.0005) return { dx: 0, dz: 0, length: 0 }
    position.x += dx
    position.z += dz
    this.#isStale = true
    return { dx, dz, length }
  }
}

/** Where the lawn's rim and what stands there is on screen, whose edges are at -1 and 1: half its size and its middle. */
function outlineOnScreen(camera, radius) {
  const points = []
  for (let angle = 0; angle < 2 * Math.PI; angle += Math.PI / 16) {
    const [x, z] = [radius * Math.sin(angle), radius * Math.cos(angle)]
    for (const y of [0, 1.6]) points.push(new Vector3(x, y, z).project(camera))
  }
  const [widths, heights] = [points.map(({ x }) => Math.abs(x)), points.map(({ y }) => y)]
  const [lowest, highest] = [Math.min(...heights), Math.max(...heights)]
  return {
    largest: Math.max(...widths, (highest - lowest) / 2),
    middle: (highest + lowest) / 2,
  }
}

function mownGrass([one, other]) {
  const canvas = document.createElement('canvas')
  canvas.width = STRIPES
  canvas.height = 1
  const context = canvas.getContext('2d')
  for (let stripe = 0; stripe < STRIPES; stripe++) {
    context.fillStyle = stripe % 2 === 0 ? one : other
    context.fillRect(stripe, 0, 1, 1)
  }
  const texture = new CanvasTexture(canvas)
  texture.colorSpace = SRGBColorSpace
  texture.magFilter = NearestFilter
  return texture
}

/** Somebody: a body, a head with eyes that look ahead, and a ring on the ground if that is oneself. */
function figure(color, radius, isOwn) {
  const shown = new Group()
  const coat = new MeshStandardMaterial({ color, roughness: 0.55 })
  const body = new Mesh(new CapsuleGeometry(radius * 0.8, radius * 0.7, 8, 24), coat)
  body.position.y = radius * 1.15
  const skin = new MeshStandardMaterial({ color: '#f1d9bd', roughness: 0.7 })
  const head = new Mesh(new SphereGeometry(radius * 0.62, 24, 16), skin)
  head.position.y = radius * 2.6
  const hat = new Mesh(new SphereGeometry(radius * 0.66, 24, 12, 0, 2 * Math.PI, 0, 1.25), coat)
  hat.position.y = radius * 2.68
  const dark = new MeshStandardMaterial({ color: '#14201a' })
  const eyes = [-0.22, 0.22].map((side) => {
    const eye = new Mesh(new SphereGeometry(radius * 0.09, 12, 8), dark)
    eye.position.set(radius * side, radius * 2.6, radius * 0.6)
    return eye
  })
  shown.add(body, head, hat, ...eyes)
  for (const part of [body, head]) part.castShadow = true
  if (isOwn) shown.add(ring(radius))
  return shown
}

function ring(radius) {
  const white = new MeshStandardMaterial({ color: '#ffffff', emissive: '#ffffff' })
  const made = new Mesh(new RingGeometry(radius * 1.25, radius * 1.5, 48), white)
  made.rotation.x = -Math.PI / 2
  made.position.y = 0.02
  return made
}

/** A ball with a band round it, so that one sees it roll. */
function ballOf({ x, z, radius }, color) {
  const shown = new Group()
  const paint = new MeshStandardMaterial({ color, roughness: 0.35 })
  const ball = new Mesh(new SphereGeometry(radius, 40, 28), paint)
  ball.castShadow = true
  const bandPaint = new MeshStandardMaterial({ color: color === '#f4f1e6' ? '#1f6b43' : '#f4f1e6' })
  const band = new Mesh(new CylinderGeometry(1, 1, radius * 0.22, 48, 1, true), bandPaint)
  band.scale.set(radius * 1.004, 1, radius * 1.004)
  band.rotation.z = 0.4
  shown.add(ball, band)
  shown.position.set(x, radius, z)
  return shown
}

function hoopAt({ x, z }, { halfWidth, post }) {
  const white = new MeshStandardMaterial({ color: '#fdfdfb', roughness: 0.4 })
  const shown = new Group()
  const height = 1.5
  const arch = new Mesh(new TorusGeometry(halfWidth, post, 12, 40, Math.PI), white)
  arch.position.y = height
  const legs = [-1, 1].map((side) => {
    const leg = new Mesh(new CylinderGeometry(post, post, height, 12), white)
    leg.position.set(side * halfWidth, height / 2, 0)
    return leg
  })
  const sill = new Mesh(new BoxGeometry(2 * halfWidth, 0.02, 0.06), white)
  sill.position.y = 0.01
  shown.add(arch, ...legs, sill)
  for (const part of [arch, ...legs]) part.castShadow = true
  shown.position.set(x, 0, z)
  return shown
}

/** The shorter way from one angle to another. */
function angleBetween(from, to) {
  const turn = (to - from) % (2 * Math.PI)
  return turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn
}
