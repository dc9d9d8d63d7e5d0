/**
 * The app that all of these are: one number, which everybody sees. It knows nothing of a box.
 * @param more for `Session.join`
 */
globalThis.startCount = ({ Model, View, Session }, more = {}) => {
  class Count extends Model {
    init() {
      this.count = 0
      this.subscribe(this.id, 'add', this.add)
    }

    add() {
      this.count += 1
      this.publish(this.id, 'counted')
    }
  }
  Count.register('Count')

  class Display extends View {
    constructor(model) {
      super(model)
      this.model = model
      this.subscribe(model.id, 'counted', this.show)
      document.onclick = () => this.publish(model.id, 'add')
      this.show()
    }

    show() {
      document.body.dataset.count = this.model.count
    }
  }

  return Session.join({
    apiKey: '0123456789abcdefKeyOfTheCloud:2',
    appId: 'org.example.count',
    name: document.title,
    password: 'secret',
    model: Count,
    view: Display,
    ...more,
  })
}
