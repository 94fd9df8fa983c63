/** What `understudy experiment` shows: one JSON object per line for machines, lines and a progress line for people. */

import { counted } from '../counted.ts'
import { type Cell, duration, type Experiment, type RunnerEvent } from '../experiment/index.ts'
import type { CliContext } from './context.ts'

type Progress = Extract<RunnerEvent, { event: 'progress' }>

export class ExperimentDisplay {
  readonly #context: CliContext
  readonly #experiment: Experiment
  readonly #running = new Map<string, Progress | null>()
  #done = 0
  #all = 0

  constructor(context: CliContext, experiment: Experiment) {
    this.#context = context
    this.#experiment = experiment
  }

  show(event: RunnerEvent): void {
    if (this.#context.json) this.#print(event)
    else this.#tell(event)
  }

  /** A line above the progress line. */
  note(line: string): void {
    this.#context.note(line)
  }

  close(): void {
    this.#context.progress('')
  }

  #print(event: RunnerEvent): void {
    if (event.event === 'finished') {
      const { identity: _, curve: __, ...result } = event.result
      this.#context.printJson({ ...event, result })
    } else if (event.event === 'failed') {
      this.#context.printJson({ ...event, error: event.error.message })
    } else this.#context.printJson(event)
  }

  #tell(event: RunnerEvent): void {
    switch (event.event) {
      case 'plan': {
        this.#done = event.kept
        this.#all = event.cells
        const kept = event.kept === 0 ? '' : `, ${event.kept} of them already done`
        this.note(`${this.#experiment.name}: ${counted(event.cells, 'run')}${kept}; ${event.jobs} at once`)
        break
      }
      case 'changed':
        this.note(`${event.cell} is run again: ${event.changes.join('; ')}`)
        break
      case 'started':
        this.#running.set(event.cell, null)
        this.note(
          `${event.cell} ${event.step === 0 ? 'starts' : `continues at ${event.step.toLocaleString('en')} steps`}`,
        )
        break
      case 'progress':
        this.#running.set(event.cell, event)
        break
      case 'checkpoint':
        if (this.#context.showsProgress || event.score === null) break
        this.note(`${event.cell}: ${event.step.toLocaleString('en')} steps, ${event.score.toFixed(2)}`)
        break
      case 'finished':
        this.#running.delete(event.cell)
        this.#done++
        this.note(`${event.cell} ${this.#verdict(event.result)} (${this.#done} of ${this.#all})`)
        break
      case 'failed':
        this.#running.delete(event.cell)
        this.note(`${event.cell} failed: ${event.error.message}`)
        if (this.#context.verbose) this.note(`${event.error.stack}`)
        break
    }
    this.#showProgress()
  }

  #verdict({ steps, seconds, mastered, sustained, solved }: Cell): string {
    const { until } = this.#experiment
    const reached = { mastered, sustained, solved, max_steps: null }[until]
    if (until === 'max_steps') return `has done ${steps.toLocaleString('en')} steps in ${duration(seconds)}`
    if (reached === null)
      return `was not ${until} within ${steps.toLocaleString('en')} steps, ${duration(seconds)}`
    return `was ${until} at ${reached.step.toLocaleString('en')} steps, ${duration(reached.seconds)}`
  }

  #showProgress(): void {
    if (!this.#context.showsProgress) return
    const parts = [...this.#running].map(([cell, progress]) => {
      if (progress === null) return `${cell} ...`
      const { step, stepsPerSecond, score } = progress
      const shown = score === null ? '' : ` ${score.toFixed(1)}`
      return `${cell} ${step.toLocaleString('en')} ${Math.round(stepsPerSecond).toLocaleString('en')}/s${shown}`
    })
    const line = [`${this.#done} of ${this.#all}`, ...parts].join('  ')
    this.#context.progress(line)
  }
}
