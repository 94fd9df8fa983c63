import { describe, expect, it } from 'vitest'
import { type DemonstrationSource, FORMATS, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { UserError } from '../../core/errors.ts'
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

  it('is not made another by what a person says, and both are named', async () => {
    const other = { ...stamp, id: 'test/other' }
    const error = await readDemonstrationsHere(await source(), { environment: other }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(UserError)
    const { message, remedy } = error as UserError
    expect(message).toBe(
      'mine: episode 0 was played in test/walk, as the file itself says, not in test/other',
    )
    expect(remedy).toContain('leave --env out')
  })
})
