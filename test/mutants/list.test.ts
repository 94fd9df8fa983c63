import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutants } from './list.ts'
import { withFault } from './mutant.ts'

const root = join(import.meta.dirname, '../..')

describe('the planted faults', () => {
  it('have one place each in what they are planted in', () => {
    const sources = new Map(mutants.map(({ file }) => [file, readFileSync(join(root, file), 'utf8')]))
    const misplaced = mutants.flatMap((mutant) => {
      try {
        withFault(sources.get(mutant.file)!, mutant)
        return []
      } catch (error) {
        return [(error as Error).message]
      }
    })
    expect(misplaced).toEqual([])
  })

  it('are judged by tests that exist', () => {
    const tests = new Set(mutants.flatMap(({ tests }) => tests))
    expect([...tests].filter((file) => !existsSync(join(root, file)))).toEqual([])
    expect(mutants.filter(({ tests }) => tests.length === 0)).toEqual([])
  })

  it('are many, and told apart', () => {
    expect(new Set(mutants.map(({ file, what }) => `${file}: ${what}`)).size).toBe(mutants.length)
    expect(mutants.length).toBeGreaterThanOrEqual(80)
  })
})
