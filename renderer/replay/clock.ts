/**
 * The clock of a replay: it says which step is shown and how far into it we are. Boards read it, so any number of them
 * keep step. Time runs only while somebody reads it, so a hidden page costs nothing.
 */

export interface ClockState {
  readonly step: number
  readonly playing: boolean
  readonly speed: number
  /** Steps, both included; null when the whole is played once. */
  readonly loop: { readonly from: number; readonly to: number } | null
}

export const speeds: readonly number[] = [0.25, 0.5, 1, 2, 4, 8]

export class Clock {
  /** [N + 1] milliseconds at speed 1; the last is the end. */
  readonly starts: readonly number[]
  #time: number
  #running: 'no' | 'step' | 'on' = 'no'
  #read: number | null = null
  #state: ClockState = { step: 0, playing: false, speed: 1, loop: null }
  readonly #pictureListeners = new Set<() => void>()
  readonly #stateListeners = new Set<() => void>()

  /** @param starts  [N + 1], ascending from 0 */
  constructor(starts: readonly number[], step = 0) {
    this.starts = starts
    this.#time = 0
    this.#rest(Math.min(Math.max(step, 0), this.last))
  }

  get last(): number {
    return this.starts.length - 2
  }

  /** Milliseconds at speed 1. */
  get time(): number {
    return this.#time
  }

  /** Whether `time` will be another one in the next frame. */
  get moving(): boolean {
    return this.#running !== 'no'
  }

  state = (): ClockState => this.#state

  /** Told when the picture may have changed. */
  subscribe = (listener: () => void): (() => void) => {
    this.#pictureListeners.add(listener)
    return () => this.#pictureListeners.delete(listener)
  }

  /** Told when the step, the speed, the loop or playing has changed. */
  subscribeState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  /** Moves on to `now` (performance.now); the same `now` twice moves nothing. */
  advance(now: number): void {
    const passed = this.#read === null ? 0 : Math.max(0, now - this.#read)
    this.#read = now
    if (this.#running === 'no') return
    const { loop, speed, step } = this.#state
    const looping = this.#running === 'on' && loop !== null
    const end = this.#running === 'step' ? this.#end(step) : this.#end(looping ? loop.to : this.last)
    this.#time += passed * speed
    if (this.#time < end) this.#setStep(this.#stepAt(this.#time))
    else if (looping) this.#enter(loop.from)
    else {
      const stepping = this.#running === 'step'
      this.#running = 'no'
      this.#rest(stepping ? step : this.last)
    }
  }

  toggle(): void {
    if (this.#state.playing) {
      this.#running = 'no'
      this.#rest(this.#state.step)
      return
    }
    this.#running = 'on'
    this.#read = null
    const { loop, step } = this.#state
    const from = loop === null ? (step >= this.last ? 0 : step + 1) : loop.from
    this.#enter(from)
  }

  /** Shows a step at rest. */
  seek(step: number): void {
    this.#running = 'no'
    this.#rest(Math.min(Math.max(Math.round(step), 0), this.last))
  }

  /** Shows the next step as it happens. */
  stepForward(): void {
    if (this.#state.step >= this.last) return
    this.#running = 'step'
    this.#read = null
    this.#enter(this.#state.step + 1)
  }

  setSpeed(speed: number): void {
    this.#change({ speed })
  }

  setLoop(loop: ClockState['loop']): void {
    this.#change({ loop: loop === null || loop.from > loop.to ? null : loop })
  }

  #enter(step: number): void {
    this.#time = this.starts[step] ?? 0
    this.#setStep(step)
    this.#change({})
  }

  #rest(step: number): void {
    this.#time = this.#end(step)
    this.#setStep(step)
    this.#change({})
  }

  #setStep(step: number): void {
    if (step !== this.#state.step) this.#change({ step })
  }

  #change(change: Partial<ClockState>): void {
    this.#state = { ...this.#state, ...change, playing: this.#running === 'on' }
    for (const listener of this.#stateListeners) listener()
    for (const listener of this.#pictureListeners) listener()
  }

  /** Just before the next step begins. */
  #end(step: number): number {
    return (this.starts[step + 1] ?? 0) - 0.001
  }

  #stepAt(time: number): number {
    let [low, high] = [0, this.last]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.starts[middle]! <= time) low = middle
      else high = middle - 1
    }
    return low
  }
}
