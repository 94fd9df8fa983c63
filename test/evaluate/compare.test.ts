import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment, type Player, scriptedPlayer } from '../../core/envs/index.ts'
import {
  type Comparison,
  type Contender,
  compare,
  comparisonHtml,
  comparisonJson,
  dotPlot,
  evaluatePlayer,
  evaluationJson,
  FIRST_HELD_OUT_SEED,
  firstDifference,
  heldOutSeeds,
  playBoard,
  recordedContender,
  recordedContenders,
} from '../../core/evaluate/index.ts'
import { FIRST_TRAINING_SEED } from '../../core/rollout/episodes.ts'
import { openLibrary } from '../../core/store/index.ts'
import { Walk } from '../demos/walk.ts'
import { OwnEnd } from '../rollout/own-end.ts'
import { temporaryDirectory } from '../store/support.ts'

/** Walks straight to the end in 9 steps, but dawdles first: one step forth and back `detours` times. */
function walker(detours: (seed: number) => number): Player {
  let step = 0
  let until = 0
  return {
    name: 'walker',
    kind: 'agent',
    begin: (seed) => {
      step = 0
      until = 2 * detours(seed)
    },
    act: (_environment, _observation, action) => {
      action.discrete[0] = step < until ? (step % 2 === 0 ? 1 : 0) : 1
      step++
    },
  }
}

const straight: Contender = { label: 'straight', playerKind: 'agent', player: walker(() => 0) }
const odd: Contender = { label: 'odd', playerKind: 'scripted', player: walker((seed) => seed % 2) }

describe('the held-out seeds', () => {
  it('are 1,000,000 to 1,000,099, below every training seed', () => {
    const seeds = heldOutSeeds()
    expect([seeds.length, seeds[0], seeds.at(-1)]).toEqual([100, 1_000_000, 1_000_099])
    expect(heldOutSeeds(1_000).at(-1)).toBeLessThan(FIRST_TRAINING_SEED)
  })
})

describe('evaluatePlayer', () => {
  it('plays every board and judges the mean', async () => {
    const seen: number[] = []
    const evaluation = await evaluatePlayer(
      new Walk(),
      walker((seed) => seed % 2),
      [4, 5, 6, 7],
      {
        onProgress: (done) => seen.push(done),
      },
    )
    expect(evaluation.episodes.map(({ score }) => score)).toEqual([9, 11, 9, 11])
    expect(evaluation).toMatchObject({ winRate: 1, solved: true, mastered: null })
    expect(evaluation.score).toMatchObject({ n: 4, mean: 10, iqm: 10 })
    expect(seen).toEqual([1, 2, 3, 4])
  })

  it('counts what is not won within the limit', async () => {
    const evaluation = await evaluatePlayer(
      new Walk({ maxSteps: 10 }),
      walker((seed) => seed % 2),
      [4, 5, 6, 7],
    )
    expect(evaluation).toMatchObject({ winRate: 0.5, solved: false })
    expect(evaluation.episodes.map(({ truncated }) => truncated)).toEqual([false, true, false, true])
  })

  it('gives what `evaluate --json` promises', async () => {
    const environment = makeEnvironment('bubble/25')
    const evaluation = await evaluatePlayer(environment, scriptedPlayer(environment.spec)!, heldOutSeeds(12))
    const [low, high] = evaluation.score.ci95!
    expect(evaluationJson(evaluation)).toEqual({
      environment: 'bubble/25',
      episodes: 12,
      seeds: Array.from({ length: 12 }, (_, i) => FIRST_HELD_OUT_SEED + i),
      bubbles: {
        mean: evaluation.score.mean,
        sd: evaluation.score.sd,
        iqm: evaluation.score.iqm,
        ci95: [low, high],
      },
      winRate: evaluation.winRate,
      humanAverage: 25.14,
      mastered: evaluation.score.mean <= 25.14,
      solved: evaluation.winRate! >= 0.95,
    })
    expect(low).toBeLessThan(evaluation.score.mean)
    expect(high).toBeGreaterThan(evaluation.score.mean)
  })

  it('plays an episode to its own end, and by the limit of the run', async () => {
    const play = (environment: OwnEnd, maxEpisodeSteps?: number | null) =>
      evaluatePlayer(
        environment,
        walker(() => 0),
        [4, 5],
        { maxEpisodeSteps },
      )
    expect(await play(new OwnEnd(), null)).toMatchObject({ cut: null, score: { mean: 1_000 } })
    const told = await play(new OwnEnd(), 300)
    expect(told).toMatchObject({
      score: { mean: 300 },
      cut: "2 of 2 boards were cut at 300 steps, the run's max_episode_steps",
    })
    expect(told.episodes).toMatchObject(Array(2).fill({ terminated: false, truncated: true, cut: true }))
    expect(evaluationJson(told)).toMatchObject({ cut: told.cut })
    const endless = await play(new OwnEnd({ patience: 50, length: 1e9 }))
    expect(endless.cut).toMatch(/^2 of 2 boards were cut at 50 steps, as the environment sets no limit/)
  })

  it('begins every board by its own seed', async () => {
    const begun: number[] = []
    const player: Player = {
      ...walker(() => 0),
      act: (_environment, observation) => {
        if (observation[1] === 0) begun.push(observation[0]!)
      },
    }
    await evaluatePlayer(new OwnEnd({ length: 2 }), player, [4, 9, 5])
    expect(begun).toEqual([4, 9, 5])
  })

  it('knows of no wins where the environment does not say what a win is', async () => {
    const play = (silent: boolean) =>
      evaluatePlayer(
        new OwnEnd({ length: 3, silent }),
        walker(() => 0),
        [4, 5],
      )
    const told = await play(true)
    expect(told).toMatchObject({ winRate: null, solved: null, score: { mean: 3 } })
    expect(evaluationJson(told)).toMatchObject({ winRate: null, solved: null })
    expect(await play(false)).toMatchObject({ winRate: 0, solved: false })
  })

  it('can be broken off', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(
      evaluatePlayer(
        new Walk(),
        walker(() => 0),
        [1],
        { signal },
      ),
    ).rejects.toThrow('enough')
  })
})

describe('compare', () => {
  it('pairs players on the same boards', async () => {
    const { rows } = await compare(new Walk(), [straight, odd], [10, 11, 12, 13])
    expect(rows.map(({ score }) => score.mean)).toEqual([9, 10])
    expect(rows[0]!.against).toMatchObject([
      { row: 1, pairedSeeds: 4, probabilityBetter: 0.75, difference: -1 },
    ])
    expect(rows[1]!.against).toMatchObject([
      { row: 0, pairedSeeds: 4, probabilityBetter: 0.25, difference: 1 },
    ])
    expect(rows[0]!.beatsHuman).toBeNull()
  })

  it('lets the others play the boards of what a person recorded, and counts only held-out ones in their mean', async () => {
    const person: Contender = {
      label: 'me',
      playerKind: 'human',
      recorded: [
        { seed: 501, score: 10, success: true },
        { seed: 503, score: 20, success: true },
        { seed: 503, score: 30, success: false },
      ],
    }
    const { rows, replication } = await compare(new Walk(), [odd, person], [10, 11])
    expect(rows[0]).toMatchObject({ recorded: false, score: { n: 2, mean: 10 } })
    expect(rows[1]).toMatchObject({ recorded: true, score: { n: 3, mean: 20 } })
    // Board 501: 11 against 10. Board 503: 11 against the mean of 20 and 30.
    expect(rows[0]!.against).toMatchObject([
      { row: 1, pairedSeeds: 2, probabilityBetter: 0.5, difference: -6.5 },
    ])
    expect(replication).toContain('2 held-out boards')
    expect(replication).toContain('on other boards')
  })

  it('pairs two who can play on held-out boards alone, whoever else is there', async () => {
    const person: Contender = {
      label: 'me',
      playerKind: 'human',
      recorded: [{ seed: 501, score: 10, success: true }],
    }
    const { rows } = await compare(new Walk(), [straight, odd, person], [10, 11])
    expect(rows[0]!.against.map(({ row, pairedSeeds }) => [row, pairedSeeds])).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  it('pairs nothing where two people share no board, or nobody knows the boards', async () => {
    const person = (seed: number | null): Contender => ({
      label: `${seed}`,
      playerKind: 'human',
      recorded: [{ seed, score: 9, success: true }],
    })
    const { rows } = await compare(new Walk(), [person(1), person(2)], [10])
    expect(rows[0]!.against).toMatchObject([{ pairedSeeds: 0, probabilityBetter: null, difference: null }])
    const unknown = await compare(new Walk(), [person(null), person(null)], [10])
    expect(unknown.rows[0]).toMatchObject({ score: { n: 1, mean: 9 }, against: [{ pairedSeeds: 0 }] })
  })

  it('gives everybody the limit of the run, or the longest, and says so', async () => {
    const runs = (...limits: (number | null)[]): Contender[] =>
      limits.map((maxEpisodeSteps, i) => ({ ...straight, label: `${i}`, maxEpisodeSteps }))
    const means = async (contenders: Contender[]) => {
      const { rows, replication } = await compare(new OwnEnd(), contenders, [10, 11])
      return [rows.map(({ score }) => score.mean), replication] as const
    }
    expect((await means(runs(null)))[0]).toEqual([1_000])
    const [alike, said] = await means([...runs(40, 40), odd])
    expect(alike).toEqual([40, 40, 40])
    expect(said).toContain("6 of 6 boards were cut at 40 steps, the run's max_episode_steps.")
    const [longest, why] = await means(runs(40, 90))
    expect(longest).toEqual([90, 90])
    expect(why).toContain('The runs have different step limits; all played with the longest.')
    expect((await means(runs(40, null)))[0]).toEqual([1_000, 1_000])
  })

  it('counts episodes better than the human average', async () => {
    const walk = new Walk()
    const human = { mean: 10, plays: 3, source: 'test' }
    const spec = { ...walk.spec, score: { ...walk.spec.score, human } }
    const environment = Object.assign(walk, { spec })
    const { rows } = await compare(environment, [odd], [10, 11, 12, 14])
    expect(rows[0]!.beatsHuman).toBe(0.75)
  })
})

describe('contenders from the library', () => {
  it('are one row per player, agents and people apart', async () => {
    const library = openLibrary(temporaryDirectory())
    const environment = new Walk()
    for (const seed of [1, 2])
      await recordEpisode(
        library,
        environment,
        walker(() => 0),
        seed,
      )
    await recordEpisode(library, environment, { ...walker(() => 1), name: 'me', kind: 'human' }, 3)
    const rows = recordedContenders(library, environment.spec)
    expect(rows.map(({ label, playerKind, recorded }) => [label, playerKind, recorded!.length])).toEqual([
      ['me', 'human', 1],
      ['walker, recorded', 'agent', 2],
    ])
    const other = { ...environment.spec, version: 2 }
    expect(recordedContenders(library, other)).toEqual([])
    const mine = library.listEpisodes({ playerName: 'me' })
    expect(() => recordedContender(other, 'me', mine)).toThrow('version 1, this is test/walk version 2')
    expect(() => recordedContender(other, 'nobody', [])).toThrow('has no complete episodes')
  })
})

describe('playBoard', () => {
  /** Walk has no drawing of the studio's, so its frames hold what is observed. */
  const shows = (position: number) => ({ kind: 'observations', observations: [{ values: { 0: position } }] })

  it('keeps every state, and boards are told apart where they first look different', async () => {
    const board = await playBoard(
      new Walk(),
      walker(() => 0),
      4,
    )
    expect(board).toMatchObject({ steps: 9, score: 9, success: true, terminated: true })
    expect(board.frames).toHaveLength(10)
    expect(board.frames[0]).toMatchObject({ action: null, reward: 0, scene: shows(0) })
    expect(board.frames[9]).toMatchObject({ action: { discrete: [1] }, reward: 1, scene: shows(9) })
    const other = await playBoard(
      new Walk(),
      walker(() => 1),
      4,
    )
    expect(firstDifference([board, other])).toBe(2)
    expect(firstDifference([board, board])).toBeNull()
    const shorter = { frames: board.frames.slice(0, 5) }
    expect(firstDifference([board, shorter])).toBe(5)
    const pushes = (...scenes: number[]) => ({
      frames: scenes.map((scene, i) => ({ scene, action: { continuous: [], discrete: [i] } })),
    })
    const waits = { frames: [0, 0, 1].map((scene) => ({ scene, action: null })) }
    expect(firstDifference([pushes(0, 0, 1), waits])).toBeNull()
    expect(firstDifference([pushes(0, 0, 2), waits])).toBe(2)
    expect(firstDifference([pushes(7, 0, 1), waits])).toBe(0)
  })

  it('does not let events change under a frame', async () => {
    const environment = makeEnvironment('bubble/25')
    const { frames } = await playBoard(environment, scriptedPlayer(environment.spec)!, 5)
    const shots = frames.map(({ events }) => JSON.stringify(events))
    expect(shots[0]).toBe('[]')
    expect(new Set(shots).size).toBeGreaterThan(frames.length / 2)
  })
})

describe('pictures and reports', () => {
  async function sample(label: string): Promise<Comparison> {
    const recorded = [{ seed: 1, score: 14, success: true }]
    return compare(
      new Walk(),
      [{ ...straight, label }, odd, { label: 'me', playerKind: 'human', recorded }],
      [1, 2, 3],
    )
  }

  it('draw one dot per episode, a mark per row, and keep names harmless', async () => {
    const svg = dotPlot(await sample('<script>&"'))
    expect(svg.match(/r="2\.5"/g)).toHaveLength(7)
    expect(svg).not.toContain('<script>')
    expect(svg).toContain('&lt;script&gt;&amp;&quot;')
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('have no interval for one play', async () => {
    const comparison = await sample('agent')
    const row = dotPlot(comparison).match(/14\.00[^<]*/)![0]
    expect(row).toBe('14.00  n 1')
    expect(dotPlot(comparison).match(/stroke-opacity="0.55"/g)).toHaveLength(2)
    const html = comparisonHtml(comparison)
    expect(html).toContain('me</td><td>14.00</td><td>-</td>')
    expect(html).not.toContain('14.00 to 14.00')
    expect(html).not.toContain('100% to 100%')
  })

  it('show players as the studio does', async () => {
    const tokens = readFileSync(new URL('../../renderer/theme/tokens.css', import.meta.url), 'utf8')
    const comparison = await sample('agent')
    const html = comparisonHtml(comparison)
    const light = tokens.slice(tokens.indexOf('"light"'), tokens.indexOf('"dark"'))
    for (const [token, shape] of [
      ['person', 'circle'],
      ['scripted', 'rect'],
      ['agent', 'path'],
    ] as const) {
      const colour = new RegExp(`--${token}: (#[0-9a-f]{6})`).exec(light)![1]!
      expect(html).toMatch(new RegExp(`<svg class="mark"[^>]*><${shape}[^>]*fill="${colour}"`))
      expect(
        dotPlot(comparison).match(new RegExp(`<${shape}[^>]*fill="${colour}"[^>]*stroke`, 'g')),
      ).toHaveLength(1)
    }
  })

  it('make a report without anything from outside', async () => {
    const comparison = await sample('agent <b>')
    const html = comparisonHtml(comparison)
    expect(html).toContain('<svg')
    expect(html).not.toContain('<b>')
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|@import|<script/)
    expect(JSON.parse(comparisonJson(comparison))).toEqual(comparison)
  })
})
