import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { formatByFileName, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { rllibJson, rllibParquet } from '../../core/demos/formats/rllib.ts'
import { UserError } from '../../core/errors.ts'
import type { Episode } from '../../core/store/index.ts'
import { randomEpisode } from '../store/support.ts'
import { actionSamples } from './action-samples.ts'

const [first, second] = actionSamples()['one branch, one picture']!

describe('rllib', () => {
  it('writes a row per step, the next observation with it', async () => {
    const bytes = await rllibParquet.write([first!, second!])
    const rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
    expect(rows).toHaveLength(8)
    expect(parquetSchema(parquetMetadata(bytes)).children.map(({ element }) => element.name)).toEqual([
      'eps_id',
      't',
      'obs',
      'actions',
      'rewards',
      'new_obs',
      'terminateds',
      'truncateds',
    ])
    expect(rows[0]).toEqual({
      eps_id: expect.stringMatching(/^\d+$/),
      t: 0n,
      obs: [...first!.observations.slice(0, 8)],
      actions: BigInt(first!.discrete[0]!),
      rewards: first!.rewards[0],
      new_obs: [...first!.observations.slice(8)],
      terminateds: true,
      truncateds: false,
    })
    expect(rows.map(({ truncateds }) => truncateds)).toEqual([...new Array(7).fill(false), true])
    expect(rows[7]!.new_obs).toEqual([...second!.observations.slice(56)])
  })

  it('writes an episode per line of JSON, floats that read back exactly', () => {
    const lines = Buffer.from(rllibJson.write([first!, second!]))
      .toString()
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(2)
    const batch = JSON.parse(lines[1]!)
    expect(batch.type).toBe('SampleBatch')
    expect(batch.obs.flat()).toEqual([...second!.observations.slice(0, 56)].map((x) => expect.closeTo(x, 6)))
    expect(Float32Array.from(batch.obs.flat())).toEqual(second!.observations.slice(0, 56))
    expect(Float32Array.from(batch.new_obs.flat())).toEqual(second!.observations.slice(8))
    expect(batch.actions).toEqual([...second!.discrete])
    expect(batch.truncateds.indexOf(true)).toBe(6)
    expect(batch.terminateds).not.toContain(true)
  })

  it('gives equal plays a number each, and every play the same one in every file', async () => {
    const numbers = async (episodes: Episode[]) => {
      const text = Buffer.from(rllibJson.write(episodes)).toString().trimEnd()
      return text.split('\n').map((line) => JSON.parse(line).eps_id[0] as string)
    }
    const [a, b, c] = await numbers([first!, first!, first!])
    expect(new Set([a, b, c]).size).toBe(3)
    expect(await numbers([second!, first!, first!])).toEqual([(await numbers([second!]))[0], a, b])
  })

  it('writes floats that no reader takes for integers', () => {
    const observations = Float32Array.from(first!.observations, (_, i) => i - 1)
    const whole = { ...first!, observations, rewards: Float32Array.of(1) }
    const text = Buffer.from(rllibJson.write([whole])).toString()
    expect(text).toContain('"obs":[[-1.0,0.0,1.0,2.0,3.0,4.0,5.0,6.0]]')
    expect(text).toContain('"rewards":[1.0]')
    expect(text).toContain(`"actions":[${first!.discrete[0]}]`)
  })

  it('gives an episode the same number in every file, and no two episodes the same', async () => {
    const numbers = (episodes: Episode[]) =>
      Buffer.from(rllibJson.write(episodes))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line): number[] => JSON.parse(line).eps_id)
    const [[one], [two]] = numbers([first!, second!]) as [number[], number[]]
    expect(one).not.toBe(two)
    expect(numbers([second!])).toEqual([new Array(7).fill(two)])
    const bytes = await rllibParquet.write([second!])
    const rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
    expect(rows[0]!.eps_id).toBe(String(two))
  })

  it('keeps lists of actions where there are several', async () => {
    const episodes = actionSamples()['several branches']!
    const bytes = await rllibParquet.write(episodes)
    const rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
    expect(rows[0]!.actions).toEqual([...episodes[0]!.discrete].map(BigInt))
    const [line] = Buffer.from(rllibJson.write(episodes)).toString().split('\n')
    expect(JSON.parse(line!).actions).toEqual([[...episodes[0]!.discrete]])
  })

  it('can only be written, and says so', async () => {
    const bytes = await rllibParquet.write([first!])
    expect(formatByFileName('steps.parquet')).toBe(rllibParquet)
    await expect(readDemonstrationsHere({ name: 'steps.parquet', bytes })).rejects.toThrow(UserError)
    const lost = rllibParquet.cannotHold([randomEpisode(1, { masked: true })])
    expect(lost).toContain('which actions were masked')
    expect(lost).toHaveLength(6)
  })
})
