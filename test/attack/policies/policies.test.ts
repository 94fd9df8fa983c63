/** Policies of strangers: what they do to the process that imports them, which is the studio's. */
import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { DataError, UserError } from '../../../core/errors.ts'
import { importAgent } from '../../../core/evaluate/index.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { meter } from '../meter.ts'
import { HOSTILE } from './hostile.ts'

const MEGABYTE = 2 ** 20

describe('a hostile policy', () => {
  it.each(HOSTILE)('is refused, and harms nobody: $name', async ({ make, refused }) => {
    const library = openLibrary(temporaryDirectory())
    const source = { name: 'policy.onnx', bytes: make() }
    const environment = makeEnvironment('basic')
    let error: unknown
    const { stopMs, bytes, seconds } = await meter(async () => {
      error = await importAgent(library, environment, { source }).catch((thrown: unknown) => thrown)
    })
    figure('hostile policies', HOSTILE.length, 'files')
    figure('hostile policy, bytes of the file', source.bytes.length, 'B')
    figure('hostile policy, by the clock', seconds, 's')
    figure('hostile policy, longest stop of the importing loop', stopMs, 'ms')
    figure('hostile policy, memory of the importing process', bytes / MEGABYTE, 'MB')
    expect(error instanceof UserError || error instanceof DataError, String(error)).toBe(true)
    expect((error as Error).message).toMatch(refused)
    expect(library.listImportedAgents()).toEqual([])
    library.close()
    expect(stopMs).toBeLessThan(100)
    expect(bytes).toBeLessThan(256 * MEGABYTE)
  })
})
