import type { BubbleLevel } from '../level.ts'

/** Level 25: random colours, so that no sequence of moves can be learned by heart. */
export const level25: BubbleLevel = {
  name: '25',
  description: 'Free all eight birds with as few bubbles as you can.',
  filledRows: 8,
  colours: 4,
  copyProbability: 0.1,
  captives: 8,
  captiveRows: 4,
  maxShots: 60,
  reward: { shot: -0.03, cleared: 0.003, clearedLimit: 30, freed: 0.08, won: 0.5 },
  human: { mean: 25.14, plays: 21, source: 'Unity, 11 November 2019, Snoopy Pop level 25' },
}
