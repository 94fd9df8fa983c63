/** Long work that reports how far it is and can be cancelled; the page that asks for it chooses the id. */
import { UserError } from '../errors.ts'
import type { EventData } from './protocol.ts'

/** Progress goes out at most this often. */
const reportMs = 100

export interface Task {
  /** Aborted with a UserError when the task is cancelled. */
  readonly signal: AbortSignal
  /** Tells the page that `done` of `total` are done. */
  report(done: number, total: number): void
}

export class Tasks {
  /** By id; work that nobody can ask about has one of its own. */
  readonly #running = new Map<string | symbol, AbortController>()
  readonly #report: (progress: EventData<'task.progress'>) => void

  constructor(report: (progress: EventData<'task.progress'>) => void) {
    this.#report = report
  }

  /** Runs `work`; without an id nothing is reported. */
  async run<T>(taskId: string | undefined, work: (task: Task) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const key = taskId ?? Symbol()
    if (this.#running.has(key)) throw new UserError(`the task "${taskId}" is running already`)
    this.#running.set(key, controller)
    let reportedAtMs = Number.NEGATIVE_INFINITY
    try {
      return await work({
        signal: controller.signal,
        report: (done, total) => {
          const nowMs = performance.now()
          if (taskId === undefined || (nowMs - reportedAtMs < reportMs && done < total)) return
          reportedAtMs = nowMs
          this.#report({ taskId, done, total })
        },
      })
    } finally {
      this.#running.delete(key)
    }
  }

  /** @returns whether there was such a task */
  cancel(taskId: string): boolean {
    const controller = this.#running.get(taskId)
    controller?.abort(new UserError('cancelled'))
    return controller !== undefined
  }

  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort(new UserError('cancelled'))
  }
}
