import { Model } from '@multisynq/client'

/** What all users share. It runs on every device in step: no clock, no DOM and no network in here. */
export class Count extends Model {
  count = 0

  override init(): void {
    this.count = 0
    this.subscribe(this.id, 'add', this.add)
  }

  add(): void {
    this.count += 1
    this.publish(this.id, 'counted', this.count)
  }
}

Count.register('Count')
