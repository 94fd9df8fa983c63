import { describe, expect, it } from 'vitest'
import { type DemonstrationSource, FORMATS, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { UserError } from '../../core/errors.ts'
import type { EnvironmentStamp } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'

const READABLE = FORMATS.filter(({ read }) => read !== undefined)

describe.each(READABLE)('a $name file that names its environment', (format) => {
  const source = async (): Promise<DemonstrationSource> => {
    const written = await format.write([randomEpisode(1)])
    return written instanceof Uint8Array ? { name: 'mine', bytes: written } : { name: 'mine', files: written }
  }

  it('may be told the same', async () => {
    const { episodes } = await readDemonstrationsHere(await source(), { environment: stamp })
    expect(episodes).toEqual([randomEpisode(1)])
  })

  it('is taken to be of the one that is asked for, where it fits, with seeds that nobody knows', async () => {
    const [position, map] = stamp.observations
    const other = { ...stamp, id: 'test/other', observations: [{ ...position!, name: 'place' }, map!] }
    const notes: string[] = []
    const { episodes } = await readDemonstrationsHere(await source(), {
      environment: other,
      note: (text) => notes.push(text),
    })
    expect(episodes).toEqual([{ ...randomEpisode(1), environment: other, seed: null }])
    expect(notes).toContain(
      'it says test/walk; it is read as test/other, which has the same observations and actions',
    )
  })

  it('of a version that nobody knows is taken to be of the one that is asked for', async () => {
    const unknown = { ...randomEpisode(1), environment: { ...stamp, version: 0 } }
    const written = await format.write([unknown])
    const source =
      written instanceof Uint8Array ? { name: 'mine', bytes: written } : { name: 'mine', files: written }
    const { episodes } = await readDemonstrationsHere(source, { environment: stamp })
    expect(episodes).toEqual([{ ...randomEpisode(1), seed: null }])
  })

  it('is refused where it does not fit, and both are named', async () => {
    const [position, map] = stamp.observations
    const other = { ...stamp, id: 'test/other' }
    const refused = async (environment: EnvironmentStamp, sentence: string) => {
      const error = await readDemonstrationsHere(await source(), { environment }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(UserError)
      expect((error as UserError).message).toBe(
        `mine: episode 0 was played in test/walk and has the ${sentence}`,
      )
    }
    await refused(
      { ...other, action: { continuous: 2, discrete: [] } },
      'actions 1 continuous and branches [3, 2], not 2 continuous and branches [] as in test/other',
    )
    // What both call the same is the same: numbers of one may not pass for those of the other.
    await refused(
      {
        ...other,
        observations: [
          { ...map!, shape: [2] },
          { ...position!, shape: [2, 3] },
        ],
      },
      'observations position[2] map[2, 3], not map[2] position[2, 3] as in test/other',
    )
  })
})
