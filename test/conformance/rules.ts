import { test } from 'vitest'
import { whyDifferent } from './differences.ts'
import { Scene } from './scene.ts'
import { isReference, type Target } from './target.ts'

type Body = (scene: Scene) => Promise<void>

/** Registers the tests of rules, each named by the rule's id, and remembers which rules have one. */
export class Rules {
  readonly #target: () => Target
  readonly #tested = new Set<string>()

  /** @param target asked for when a test runs */
  constructor(target: () => Target) {
    this.#target = target
  }

  /** Ids of the rules that have a test. */
  get tested(): ReadonlySet<string> {
    return this.#tested
  }

  /** A rule that every reflector keeps. */
  readonly rule = (id: string, title: string, body: Body): void => {
    this.#tested.add(id)
    test(`[${id}] ${title}`, () => this.#play(body))
  }

  /** A rule that the reference keeps in another way, which `reference` asserts when it is the target. */
  readonly differs = (id: string, title: string, ours: Body, reference: Body): void => {
    const why = whyDifferent(id)
    if (!isReference) {
      this.rule(id, title, ours)
      return
    }
    this.#tested.add(id)
    test(`[${id}] not the reference: ${title} (${why})`, () => this.#play(reference))
  }

  /** A rule that ends the process of the reference: against it the test is reported as skipped, with the reason. */
  readonly endsReference = (id: string, title: string, ours: Body): void => {
    const why = whyDifferent(id)
    if (!isReference) {
      this.rule(id, title, ours)
      return
    }
    this.#tested.add(id)
    test(`[${id}] not the reference: ${title}`, (context) => context.skip(why))
  }

  async #play(body: Body): Promise<void> {
    const scene = new Scene(this.#target())
    try {
      await body(scene)
    } finally {
      await scene.close()
    }
  }
}
