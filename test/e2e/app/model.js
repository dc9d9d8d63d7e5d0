/**
 * Makes the root model out of a client library. What it runs on tells `globalThis.app` about marks, which the model
 * itself does not depend on.
 */
export function defineTestModel({ Model }) {
  class TestModel extends Model {
    init(_options, saved) {
      this.count = saved?.count ?? 0
      this.isFromSaved = saved !== undefined
      this.ticks = 0
      this.dice = 0
      /** `['join' | 'exit', viewId]`, oldest first. */
      this.visits = []
      this.handle = null
      /** view ID to the `viewData` of those that joined with some */
      this.viewData = {}
      this.kept = []
      this.agreements = 0
      this.divergences = 0
      this.subscribe(this.sessionId, 'view-join', this.noteJoin)
      this.subscribe(this.sessionId, 'view-exit', this.noteExit)
      this.subscribe('test', 'add', this.add)
      this.subscribe('test', 'share', this.share)
      this.subscribe('test', 'save', this.save)
      this.subscribe('test', 'mark', this.mark)
      this.subscribe('test', 'pad', this.pad)
      this.subscribe('test', 'keep', this.keep)
      this.subscribe('test', 'reflect', this.reflect)
      this.subscribe('test', 'answer', this.noteAgreement)
      this.subscribe('test', 'answer#divergence', this.noteDivergence)
      this.future(50).tick()
    }

    /** Clients name a view by its ID, or, if it joined with `viewData`, by an object. */
    noteJoin(view) {
      const { viewId = view, viewData } = view
      this.visits.push(['join', viewId])
      if (viewData !== undefined) this.viewData[viewId] = viewData
    }

    noteExit(view) {
      this.visits.push(['exit', view.viewId ?? view])
    }

    tick() {
      this.ticks += 1
      this.dice = this.random()
      this.future(50).tick()
    }

    add(step) {
      this.count += step
    }

    /** Makes the history longer, and nothing else. */
    pad() {}

    share(handle) {
      this.handle = handle
    }

    save() {
      this.persistSession(() => ({ count: this.count, kept: this.kept }))
    }

    keep(text) {
      this.kept.push(text)
    }

    /** Has the reflector compare what each model makes of that. */
    reflect(text) {
      this.publish('test', 'answer#reflected', { text, visits: this.visits.length })
    }

    /** The first answer comes back before all are compared. */
    noteAgreement() {
      this.agreements += 1
    }

    noteDivergence() {
      this.divergences += 1
    }

    /** Has everybody note the state of the whole model at this very teatime. */
    mark(label) {
      const { count, ticks, dice, visits } = this
      globalThis.app.noteMark(
        label,
        JSON.stringify({ now: this.now(), count, ticks, dice, visits }),
      )
    }
  }
  TestModel.register('TestModel')
  return TestModel
}
