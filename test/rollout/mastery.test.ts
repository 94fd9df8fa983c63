import { describe, expect, it } from 'vitest'
import type { ScoreSpec } from '../../core/envs/index.ts'
import { Mastery } from '../../core/rollout/mastery.ts'
import { ScoreWindow } from '../../core/rollout/score-window.ts'

const bubbles: ScoreSpec = {
  unit: 'bubble',
  units: 'bubbles',
  measure: 'length',
  human: { mean: 25.14, plays: 21, source: 'published' },
}

describe('ScoreWindow', () => {
  it('means over the episodes that ended in the last steps, the oldest step excluded', () => {
    const window = new ScoreWindow(100)
    expect(window.mean(50)).toBeNull()
    window.add(10, 30)
    window.add(60, 20)
    window.add(110, 10)
    expect(window.mean(109)).toBe(20)
    expect(window.mean(110)).toBe(15)
    expect(window.mean(159)).toBe(15)
    expect(window.mean(160)).toBe(10)
    expect(window.mean(210)).toBeNull()
  })
})

describe('Mastery', () => {
  /** Episodes of this score end every 20 steps; checked every 100. */
  function play(mastery: Mastery, from: number, to: number, score: number): void {
    for (let step = from + 20; step <= to; step += 20) {
      mastery.add(step, score)
      if (step % 100 === 0) mastery.check(step)
    }
  }

  it('is reached at the first check whose window is at the human average or below', () => {
    const mastery = new Mastery(bubbles, 0)
    play(mastery, 0, 2_000, 40)
    play(mastery, 2_000, 4_000, 20)
    // After k good episodes of the window's 50: (40 (50 - k) + 20 k) / 50 <= 25.14 from k = 38, at step 2,760.
    expect(mastery.masteredAtStep).toBe(2_800)
    expect(mastery.sustainedAtStep).toBeNull()
  })

  it('counts equality as mastery', () => {
    const mastery = new Mastery({ ...bubbles, human: { ...bubbles.human!, mean: 25 } }, 0)
    play(mastery, 0, 1_000, 25)
    expect(mastery.masteredAtStep).toBe(1_000)
  })

  it('is not judged before every environment may have finished an episode', () => {
    const mastery = new Mastery(bubbles, 480)
    play(mastery, 0, 3_000, 10)
    expect(mastery.masteredAtStep).toBe(1_500)
  })

  it('counts from where the level begins', () => {
    const mastery = new Mastery(bubbles, 480)
    mastery.begin(700)
    play(mastery, 0, 3_000, 10)
    expect(mastery.masteredAtStep).toBe(2_200) // 700 + 480 + 1,000, at the next check
  })

  it('asks 10,000 steps of the sustained window', () => {
    const mastery = new Mastery(bubbles, 0)
    play(mastery, 0, 12_000, 20)
    expect(mastery.sustainedAtStep).toBe(10_000)
  })

  it('wants more where more is better, and nothing where no human average is known', () => {
    const more = new Mastery({ ...bubbles, measure: 'return', human: { mean: 5, plays: 1, source: '' } }, 0)
    play(more, 0, 1_000, 4)
    expect(more.masteredAtStep).toBeNull()
    play(more, 1_000, 3_000, 6)
    expect(more.masteredAtStep).toBe(1_500)
    const unknown = new Mastery({ unit: 'point', units: 'points', measure: 'return' }, 0)
    play(unknown, 0, 2_000, 100)
    expect(unknown.masteredAtStep).toBeNull()
  })

  it('goes on where it was saved', () => {
    const mastery = new Mastery(bubbles, 0)
    play(mastery, 0, 2_000, 40)
    const resumed = new Mastery(bubbles, 0)
    resumed.load(structuredClone(mastery.save()))
    play(resumed, 2_000, 4_000, 20)
    expect(resumed.masteredAtStep).toBe(2_800)
  })
})
