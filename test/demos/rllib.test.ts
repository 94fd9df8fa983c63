import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { formatByFileName, readDemonstrations } from '../../core/demos/formats/index.ts'
import { rllibJson, rllibParquet } from '../../core/demos/formats/rllib.ts'
import { UserError } from '../../core/errors.ts'
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
      eps_id: '0',
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
    await expect(readDemonstrations({ name: 'steps.parquet', bytes })).rejects.toThrow(UserError)
    const lost = rllibParquet.cannotHold([randomEpisode(1, { masked: true })])
    expect(lost).toContain('which actions were masked')
    expect(lost).toHaveLength(6)
  })
})
