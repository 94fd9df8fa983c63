import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('collects a million steps without allocating at every step', () => {
  const steps = 1_000_000
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']
  const script = join(import.meta.dirname, 'collecting.ts')
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, script, `${steps}`], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { allocated, kept } = JSON.parse(stdout) as { allocated: number; kept: number }
  // A single view per step would be over 100 bytes; what an episode's end and a filled buffer leave is less.
  expect(allocated / steps).toBeLessThan(48)
  expect(kept).toBeLessThan(2 ** 20)
})
