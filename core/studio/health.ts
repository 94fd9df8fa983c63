/** How a run is doing, in words: what an experienced person would read from the curves. */
import type { EnvironmentSpec } from '../envs/index.ts'
import type { HealthNote } from './protocol.ts'

/** Summaries before this step say more about the start than about the run. */
const settledStep = 1_000

export interface Vitals {
  readonly step: number
  readonly masteredAtStep: number | null
  /** The newest value of every metric. */
  readonly metrics: ReadonlyMap<string, number>
}

export function healthOf({ step, masteredAtStep, metrics }: Vitals, spec: EnvironmentSpec): HealthNote[] {
  const notes: HealthNote[] = []
  const broken = [...metrics].find(
    ([name, value]) => /^(loss|critic|gail)\//.test(name) && !Number.isFinite(value),
  )
  if (broken !== undefined) {
    notes.push({ level: 'warning', text: `${broken[0]} is no longer a number: the run has diverged.` })
  }
  if (masteredAtStep !== null && spec.score.human !== undefined) {
    const { mean } = spec.score.human
    const at = masteredAtStep.toLocaleString('en')
    notes.push({ level: 'good', text: `At or better than the human average of ${mean} since step ${at}.` })
  }
  if (step >= settledStep) notes.push(...discriminator(metrics), ...exploration(metrics, spec))
  return notes
}

function discriminator(metrics: ReadonlyMap<string, number>): HealthNote[] {
  const agent = metrics.get('gail/accuracy_agent')
  const demonstrations = metrics.get('gail/accuracy_demonstrations')
  if (agent === undefined || demonstrations === undefined) return []
  const accuracy = (agent + demonstrations) / 2
  const percent = `${Math.round(accuracy * 100)} %`
  if (accuracy > 0.95) {
    return [
      {
        level: 'warning',
        text: `The discriminator wins ${percent} of the time: demonstrations and agent are too easy to tell apart.`,
      },
    ]
  }
  if (accuracy < 0.6) {
    return [
      {
        level: 'good',
        text: `The discriminator is right ${percent} of the time: it can hardly tell the agent from the demonstrations.`,
      },
    ]
  }
  return [{ level: 'note', text: `The discriminator is right ${percent} of the time.` }]
}

/** Entropy against that of a coin toss over all choices, ln|A|. */
function exploration(metrics: ReadonlyMap<string, number>, spec: EnvironmentSpec): HealthNote[] {
  const entropy = metrics.get('policy/entropy')
  const most = spec.action.discrete.reduce((sum, size) => sum + Math.log(size), 0)
  if (entropy === undefined || most === 0) return []
  const share = entropy / most
  if (share < 0.02) {
    return [
      {
        level: 'warning',
        text: 'The policy has stopped exploring: it nearly always takes the same decision.',
      },
    ]
  }
  if (share > 0.9) return [{ level: 'note', text: 'The policy still decides nearly at random.' }]
  return []
}
