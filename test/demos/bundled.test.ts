import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ensureBundledDemonstrations, writeUnderstudy } from '../../core/demos/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { randomEpisode, temporaryDirectory } from '../store/support.ts'

it('imports bundled files once, and does not bring back what was deleted', () => {
  const bundle = temporaryDirectory()
  const library = openLibrary(temporaryDirectory())
  writeFileSync(join(bundle, 'a.understudy'), writeUnderstudy([randomEpisode(1), randomEpisode(2)]))
  writeFileSync(join(bundle, 'notes.txt'), 'not a demonstration')
  expect(ensureBundledDemonstrations(library, bundle)).toBe(2)
  expect(library.listEpisodes({ bundled: true })).toHaveLength(2)
  library.deleteEpisodes(library.listEpisodes().map((row) => row.id))
  expect(ensureBundledDemonstrations(library, bundle)).toBe(0)
  expect(library.listEpisodes()).toEqual([])
  writeFileSync(join(bundle, 'b.understudy'), writeUnderstudy([randomEpisode(3)]))
  expect(ensureBundledDemonstrations(library, bundle)).toBe(1)
  library.close()
})

it('does without a directory of bundled files', () => {
  const library = openLibrary(temporaryDirectory())
  expect(ensureBundledDemonstrations(library, join(temporaryDirectory(), 'none'))).toBe(0)
  library.close()
})
