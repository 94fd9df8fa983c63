import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Episode, readUnderstudy, writeUnderstudy } from '../../core/demos/index.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { FIRST_SEED, playReferenceEpisodes } from '../../demos/make.ts'

const FILE = new URL('../../demos/bubble-25.understudy', import.meta.url)

describe('the bundled demonstrations', () => {
  let episodes: Episode[]
  beforeAll(() => {
    episodes = readUnderstudy(readFileSync(FILE), 'bubble-25.understudy')
  })

  test('are 21 consecutive seeds that total 528 bubbles, the published 25.14', () => {
    expect(episodes.map(({ seed }) => seed)).toEqual(Array.from({ length: 21 }, (_, i) => FIRST_SEED + i))
    const bubbles = episodes.reduce((sum, { rewards }) => sum + rewards.length, 0)
    expect(bubbles).toBe(528)
    expect(Number((bubbles / 21).toFixed(2))).toBe(makeEnvironment('bubble/25').spec.score.human!.mean)
    expect(episodes.every(({ success }) => success)).toBe(true)
  })

  test('say that a script played them', () => {
    for (const { player, note } of episodes) {
      expect(player).toEqual({ name: 'scripted reference player', kind: 'scripted' })
      expect(note).toContain('not by a person')
    }
  })

  test('come out of demos/make.ts byte for byte', async () => {
    const made = writeUnderstudy(await playReferenceEpisodes())
    expect(Buffer.from(made).equals(readFileSync(FILE))).toBe(true)
  })
})
