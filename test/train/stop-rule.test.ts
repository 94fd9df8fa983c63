import { describe, expect, it } from 'vitest'
import type { ScoreSpec } from '../../core/envs/index.ts'
import { Mastery } from '../../core/rollout/mastery.ts'
import { StopRule, type StopSettings, stopSettings } from '../../core/train/stop-rule.ts'

const bubbles: ScoreSpec = {
  unit: 'bubble',
  units: 'bubbles',
  measure: 'length',
  human: { mean: 25, plays: 21, source: 'published' },
}

/** Step at which the rule ends a run whose episodes, one every 20 steps, have these scores; null when it does not. */
function endOf(
  settings: Partial<StopSettings>,
  scoreAt: (step: number) => number,
  options: { score?: ScoreSpec; steps?: number; saveAt?: number } = {},
): [number, string] | null {
  const { score = bubbles, steps = 40_000, saveAt } = options
  const mastery = new Mastery(score, 0)
  const resolved = stopSettings.parse(settings)
  let rule = new StopRule(resolved, score, 0)
  for (let step = 20; step <= steps; step += 20) {
    mastery.add(step, scoreAt(step))
    if (step % 100 !== 0) continue
    mastery.check(step)
    const reason = rule.check(step, mastery)
    if (reason !== null) return [step, reason]
    if (step === saveAt) {
      const resumed = new StopRule(resolved, score, 0)
      resumed.load(structuredClone(rule.save()))
      rule = resumed
    }
  }
  return null
}

describe('StopRule', () => {
  const learned = (step: number) => (step <= 5_000 ? 40 : 20)

  it('waits for the window that it names', () => {
    expect(endOf({}, learned)).toBeNull()
    expect(endOf({ at: 'mastered' }, learned)).toEqual([5_800, 'mastered'])
    expect(endOf({ at: 'sustained' }, learned)).toEqual([12_500, 'sustained'])
  })

  it('sees a plateau once no window has beaten the best by the share', () => {
    const flat = { at: 'plateau', plateau_steps: 5_000, plateau_share: 0.02 } as const
    // The window holds good episodes alone from 6,000 on; the last of them better it by less than 2%.
    const [step, reason] = endOf(flat, learned)!
    expect(reason).toBe('plateau')
    expect(step).toBeGreaterThan(10_000)
    expect(step).toBeLessThanOrEqual(11_000)
    expect(endOf(flat, learned, { saveAt: 7_000 })).toEqual([step, reason])
    const improving = (at: number) => 100 - at / 1_000
    expect(endOf(flat, improving)).toBeNull()
    expect(endOf(flat, improving, { score: { ...bubbles, measure: 'return' } })).toEqual([6_000, 'plateau'])
  })
})
