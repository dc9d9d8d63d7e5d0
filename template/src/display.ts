import { View } from '@multisynq/client'
import type { Count } from './count.ts'

/** What one user sees and does. It reads the model, and changes it only by what it publishes. */
export class Display extends View {
  readonly #button = document.querySelector('button')
  readonly #count: Count

  constructor(count: Count) {
    super(count)
    this.#count = count
    this.subscribe(count.id, 'counted', this.show)
    if (this.#button) this.#button.onclick = () => this.publish(count.id, 'add')
    this.show()
  }

  show(): void {
    if (this.#button) this.#button.textContent = String(this.#count.count)
  }
}
