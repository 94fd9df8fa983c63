import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('allocates nothing per step: the heap of 400,000 steps grows by the episodes that ended alone', () => {
  const child = join(import.meta.dirname, 'heap-child.ts')
  const flags = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256']
  const out = execFileSync(process.execPath, [...flags, child], { encoding: 'utf8' })
  const { bytesPerStep, episodes } = JSON.parse(out) as { bytesPerStep: number; episodes: number }
  expect(episodes).toBeGreaterThan(6_000)
  expect(bytesPerStep).toBeGreaterThanOrEqual(0)
  // The smallest object has 12 bytes. An episode of 60 steps leaves the record of its score and little else, some 300 bytes.
  expect(bytesPerStep).toBeLessThan(8)
}, 120_000)
