/** Episodes of which nobody knows the seed, the player or the outcome: what files keep of that, and what a replay says. */
import { describe, expect, it } from 'vitest'
import { FORMATS, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { findDivergence, recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment, randomPlayer, scriptedPlayer } from '../../core/envs/index.ts'
import { type Episode, episodeHash, openLibrary, rescueLibrary } from '../../core/store/index.ts'
import { randomEpisode, temporaryDirectory } from '../store/support.ts'

const unknown: Episode = randomEpisode(3, { changes: { seed: null } })
const READABLE = FORMATS.filter(({ read }) => read !== undefined)

it.each(READABLE)('$name keeps that the seed is unknown, beside one that is 0', async (format) => {
  const episodes = [unknown, randomEpisode(4, { changes: { seed: 0 } })]
  const written = await format.write(episodes)
  const source =
    written instanceof Uint8Array ? { name: 'file', bytes: written } : { name: 'file', files: written }
  const { episodes: back } = await readDemonstrationsHere(source)
  expect(back).toEqual(episodes)
})

it.each(READABLE)(
  '$name keeps that player and goal are unknown, beside those that are known',
  async (format) => {
    const changes = { player: { name: 'unknown', kind: 'unknown' }, success: null } as const
    for (const episodes of [
      [randomEpisode(5, { changes })],
      [randomEpisode(5, { changes }), randomEpisode(6, { changes: { success: false } })],
    ]) {
      const written = await format.write(episodes)
      const source =
        written instanceof Uint8Array ? { name: 'file', bytes: written } : { name: 'file', files: written }
      expect((await readDemonstrationsHere(source)).episodes).toEqual(episodes)
    }
  },
)

describe('a library', () => {
  it('keeps an unknown player and outcome, under the hash that they had when something stood in for them', () => {
    const library = openLibrary(temporaryDirectory())
    const nobody = { name: 'unknown', kind: 'unknown' } as const
    const episode: Episode = { ...unknown, player: nobody, success: null }
    const supposed: Episode = { ...episode, player: { ...nobody, kind: 'agent' }, success: false }
    expect(episodeHash(episode)).toBe(episodeHash(supposed))
    const id = library.addEpisode(episode)
    expect(library.readEpisode(id)).toEqual(episode)
    expect(library.getEpisode(id)).toMatchObject({ playerKind: 'unknown', success: null })
    library.verifyEpisode(id)
    library.close()
    const out = temporaryDirectory()
    expect(rescueLibrary(library.file, out).episodes).toMatchObject([{ state: 'whole' }])
    const rescued = openLibrary(out)
    expect(rescued.readEpisode(id)).toEqual(episode)
    rescued.close()
  })

  it('tells an unknown seed from 0, and knows an episode by the hash that it had with 0 for unknown', () => {
    const library = openLibrary(temporaryDirectory())
    const zero = { ...unknown, seed: 0 }
    expect(episodeHash(unknown)).toBe(episodeHash(zero))
    const id = library.addEpisode(unknown)
    const other = library.addEpisode({ ...zero, rewards: zero.rewards.map((reward) => reward + 1) })
    expect([library.readEpisode(id).seed, library.getEpisode(id).seed]).toEqual([null, null])
    expect(library.readEpisode(other).seed).toBe(0)
    expect(library.listEpisodes({ seed: 0 }).map((row) => row.id)).toEqual([other])
    library.verifyEpisode(id)
    expect(library.importEpisodes([zero])).toEqual({ added: [], known: [id] })
    library.close()
  })
})

/** One episode as it would come back from a file without a seed. */
async function played(id: string, seed: number): Promise<Episode> {
  const environment = makeEnvironment(id)
  const library = openLibrary(temporaryDirectory())
  const player = scriptedPlayer(environment.spec) ?? randomPlayer(environment.spec)
  const { episodeId } = await recordEpisode(library, environment, player, seed)
  const episode = library.readEpisode(episodeId!)
  library.close()
  return { ...episode, seed: null }
}

describe('a replay without a seed', () => {
  it('comes out the same where the environment makes no use of it', async () => {
    expect(findDivergence(await played('basic', 5))).toBeUndefined()
  })

  it('differs at the first observation where the board depends on it', async () => {
    expect(findDivergence(await played('bubble/25', 5))).toMatchObject({ step: 0, what: 'observation' })
  })
})
