/** Recordings of Unity that a library takes over whole, small ones made for the purpose. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importDemonstrations } from '../../core/demos/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { temporaryDirectory } from '../store/support.ts'

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures/unity', name)

it('takes five plays of which four are alike as five, once', async () => {
  const library = openLibrary(temporaryDirectory())
  const { added, known } = await importDemonstrations(library, fixture('five.demo'))
  expect([new Set(added).size, known.length]).toEqual([5, 0])
  const hashes = added.map((id) => library.getEpisode(id).hash)
  expect(new Set(hashes).size).toBe(2)
  expect(await importDemonstrations(library, fixture('five.demo'))).toMatchObject({ added: [], known: added })
  expect(library.listEpisodes()).toHaveLength(5)
  expect(library.getEpisode(added[0]!)).toMatchObject({
    playerName: 'unknown',
    playerKind: 'unknown',
    success: null,
    seed: null,
  })
  for (const id of added) library.verifyEpisode(id)
  library.close()
})

it('takes a recording without an observation of no numbers that it has, and says so', async () => {
  const library = openLibrary(temporaryDirectory())
  const notes: string[] = []
  const { added } = await importDemonstrations(library, fixture('empty.demo'), {
    note: (text) => notes.push(text),
  })
  const { environment, observations } = library.readEpisode(added[0]!)
  expect(environment.observations).toEqual([{ name: 'observation_0', shape: [2] }])
  expect([...observations.subarray(0, 6)]).toEqual([0, 0, 1, 0, 2, 0])
  expect(notes).toContain('observation 1 has no numbers and is left out')
  library.close()
})
