/** What `understudy train` shows: one JSON object per line for machines, a progress line for people. */
import { percent } from '../counted.ts'
import type { EnvironmentSpec } from '../envs/index.ts'
import {
  type Finding,
  type Finished,
  figuresInWords,
  type MetricRow,
  type Progress,
  type RunHandle,
} from '../train/index.ts'
import type { CliContext } from './context.ts'

const BAR_WIDTH = 24

const REASONS: Readonly<Record<Finished['reason'], string>> = {
  max_steps: 'finished',
  max_seconds: 'finished, its time is up',
  mastered: 'finished, mastered',
  sustained: 'finished, mastered over 10,000 steps',
  plateau: 'finished, no longer improving',
  asked: 'stopped',
}

export class TrainingDisplay {
  readonly #context: CliContext
  readonly #spec: EnvironmentSpec
  readonly #runId: string
  #masteredShown: number | null = null
  /** Warnings that were told already, by rule. */
  readonly #warned = new Set<string>()
  #lessonsShown: Readonly<Record<string, string>> | null = null

  constructor(context: CliContext, spec: EnvironmentSpec, run: RunHandle) {
    this.#context = context
    this.#spec = spec
    this.#runId = run.id
    if (context.json) {
      context.printJson({ event: 'started', runId: run.id, environment: spec.id, step: run.row.step })
      run.on('metrics', (rows) => this.#printMetrics(rows))
      run.on('progress', ({ type: _, ...progress }) => context.printJson({ event: 'progress', ...progress }))
      run.on('notice', (text) => context.printJson({ event: 'notice', text }))
      run.on('checkpoint', ({ type: _, ...notice }) => context.printJson({ event: 'checkpoint', ...notice }))
    } else {
      this.#masteredShown = run.row.masteredAtStep
      context.note(`run ${run.id} (${spec.title}); Ctrl-C stops it, --resume continues it`)
      run.on('notice', (text) => this.note(text))
      run.on('progress', (progress) => this.#showProgress(progress))
      run.on('checkpoint', ({ step, score }) => {
        if (!context.showsProgress && score !== null)
          context.note(`${step.toLocaleString('en')} steps: ${this.#score(score)} in training`)
      })
    }
  }

  /** A line above the progress line. */
  note(line: string): void {
    this.#context.note(line)
  }

  /** Every warning once, when it first appears. */
  warn(findings: readonly Finding[]): void {
    for (const { id, level, text, advice } of findings) {
      if (level !== 'warning' || this.#warned.has(id)) continue
      this.#warned.add(id)
      if (this.#context.json) this.#context.printJson({ event: 'warning', id, text, advice })
      else this.note(advice === null ? text : `${text} ${advice}`)
    }
  }

  close(): void {
    this.#context.progress('')
  }

  finish(end: Finished): void {
    const { step, episodes, score, masteredAtStep, sustainedAtStep, wallSeconds, complete, reason } = end
    if (this.#context.json) {
      this.#context.printJson({
        event: 'finished',
        runId: this.#runId,
        steps: step,
        episodes,
        score,
        masteredAtStep,
        sustainedAtStep,
        wallSeconds,
        complete,
        reason,
      })
      return
    }
    const made = `${step.toLocaleString('en')} steps, ${episodes.toLocaleString('en')} episodes`
    this.#context.print(`${REASONS[reason]}: ${made}, ${duration(wallSeconds)} of training`)
    for (const line of figuresInWords(this.#spec.score, { score, masteredAtStep }, null)) {
      this.#context.print(line)
    }
    const next = complete
      ? `understudy evaluate ${this.#runId} (how it plays boards that it never trained on)`
      : `understudy train --run-id ${this.#runId} --resume`
    this.#context.print(`next: ${next}`)
  }

  #printMetrics(rows: readonly MetricRow[]): void {
    for (const [step, group] of Map.groupBy(rows, (row) => row.step)) {
      const values = Object.fromEntries(group.map(({ name, value }) => [name, value]))
      this.#context.printJson({ event: 'metrics', step, values })
    }
  }

  #showProgress(progress: Progress): void {
    const { step, maxSteps, stepsPerSecond, etaSeconds, score, masteredAtStep } = progress
    if (masteredAtStep !== null && this.#masteredShown === null) {
      this.#masteredShown = masteredAtStep
      const { human, units } = this.#spec.score
      this.note(
        `mastered at ${masteredAtStep.toLocaleString('en')} steps: 1,000 steps at ${human!.mean} ${units} or better`,
      )
    }
    this.#showLessons(progress.lessons ?? {}, step)
    if (!this.#context.showsProgress) return
    const done = Math.min(1, step / maxSteps)
    const bar = '█'.repeat(Math.round(done * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    const parts = [
      `${bar} ${Math.floor(done * 100)}%`,
      `${step.toLocaleString('en')} steps`,
      `${Math.round(stepsPerSecond).toLocaleString('en')}/s`,
      ...(score === null ? [] : [this.#score(score, progress.easier ?? false)]),
      ...(etaSeconds === null ? [] : [`${duration(etaSeconds)} left`]),
      timeShares(progress),
    ]
    this.#context.progress(parts.join('  '))
  }

  /** Says what has changed since the last progress. */
  #showLessons(lessons: Readonly<Record<string, string>>, step: number): void {
    for (const [parameter, lesson] of Object.entries(lessons)) {
      const before = this.#lessonsShown?.[parameter]
      if (before !== undefined && before !== lesson) {
        this.note(`${step.toLocaleString('en')} steps: ${parameter} moves on to lesson "${lesson}"`)
      }
    }
    this.#lessonsShown = lessons
  }

  /** '22.8 bubbles (human average 25.14)'; people did not play the easier lessons of a curriculum. */
  #score(score: number, easier = false): string {
    const { units, human } = this.#spec.score
    const average = human === undefined || easier ? '' : ` (human average ${human.mean})`
    return `${score.toFixed(2)} ${units}${average}`
  }
}

/** '0:41', '1:02:03' */
function duration(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const tail = `${String(rest).padStart(2, '0')}`
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** 'environment 62% policy 5% learning 33%', with the idle share of workers where there are some */
function timeShares({ shares, workerIdle }: Progress): string {
  const parts = `environment ${percent(shares.environment)} policy ${percent(shares.inference)} learning ${percent(shares.update)}`
  if (workerIdle === null) return parts
  return `${parts} workers idle ${workerIdle.map(percent).join(' ')}`
}
