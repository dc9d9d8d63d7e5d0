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
      this.subscribe(this.sessionId, 'view-join', this.noteJoin)
      this.subscribe(this.sessionId, 'view-exit', this.noteExit)
      this.subscribe('test', 'add', this.add)
      this.subscribe('test', 'share', this.share)
      this.subscribe('test', 'save', this.save)
      this.subscribe('test', 'mark', this.mark)
      this.subscribe('test', 'pad', this.pad)
      this.future(50).tick()
    }

    noteJoin(viewId) {
      this.visits.push(['join', viewId])
    }

    noteExit(viewId) {
      this.visits.push(['exit', viewId])
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
      this.persistSession(() => ({ count: this.count }))
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
