import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Episode, episodePieces, type Library, openLibrary } from '../../core/store/index.ts'
import { randomEpisode, temporaryDirectory } from './support.ts'

async function importAll(library: Library, episodes: readonly Episode[]) {
  const staged = await library.beginImport()
  for (const episode of episodes) await staged.add([...episodePieces(episode)])
  return await staged.finish()
}

it('takes over the episodes of a file, of which nothing is seen before the end', async () => {
  const library = openLibrary(temporaryDirectory())
  const episodes = [randomEpisode(1, { steps: 200, masked: true }), randomEpisode(2)]
  const staged = await library.beginImport()
  await staged.add([...episodePieces(episodes[0]!), ...episodePieces(episodes[1]!)])
  expect(library.listEpisodes()).toEqual([])
  expect(() => library.getEpisode(1)).toThrow('there is no episode 1')
  expect(() => library.deleteEpisodes([1])).toThrow('there is no episode 1')
  const { added, known } = await staged.finish()
  expect(known).toEqual([])
  expect(added.map((id) => library.readEpisode(id))).toEqual(episodes)
  for (const id of added) library.verifyEpisode(id)
  library.close()
})

it('takes over once what comes from two files, and brings back what was deleted', async () => {
  const library = openLibrary(temporaryDirectory())
  const { added } = await importAll(library, [randomEpisode(1), randomEpisode(2)])
  library.deleteEpisodes([added[0]!])
  expect(await importAll(library, [randomEpisode(1), randomEpisode(3)])).toMatchObject({ known: [added[0]] })
  expect(library.listEpisodes()).toHaveLength(3)
  library.close()
})

it('counts equal plays of one file as several, and knows each of them again', async () => {
  const [play, other] = [randomEpisode(1), randomEpisode(2)]
  const ways = {
    'piece by piece': importAll,
    'at once': async (library: Library, episodes: readonly Episode[]) => library.importEpisodes(episodes),
  }
  for (const take of Object.values(ways)) {
    const library = openLibrary(temporaryDirectory())
    const { added } = await take(library, [play, play, other, play])
    expect(new Set(added).size).toBe(4)
    expect(await take(library, [play, other, play, play])).toEqual({
      added: [],
      known: [added[0], added[2], added[1], added[3]],
    })
    expect(await take(library, [play])).toEqual({ added: [], known: [added[0]] })
    expect((await take(library, Array(5).fill(play))).added).toHaveLength(2)
    expect(library.listEpisodes()).toHaveLength(6)
    library.close()
  }
})

it('knows a play whose goal nobody knows by what was once supposed of it', async () => {
  const unknown = randomEpisode(1, { changes: { success: null } })
  for (const success of [true, false]) {
    const library = openLibrary(temporaryDirectory())
    const id = library.addEpisode({ ...unknown, success })
    expect(await importAll(library, [unknown])).toEqual({ added: [], known: [id] })
    library.close()
  }
})

it('leaves nothing of a file that was given up', async () => {
  const library = openLibrary(temporaryDirectory())
  const staged = await library.beginImport()
  for (let i = 0; i < 500; i++) await staged.add([...episodePieces(randomEpisode(i))])
  await staged.abandon()
  expect(library.listEpisodes()).toEqual([])
  expect(library.checkIntegrity()).toEqual([])
  expect((await importAll(library, [randomEpisode(1)])).added).toHaveLength(1)
  library.close()
})

it('waits for another import', async () => {
  const library = openLibrary(temporaryDirectory())
  const other = openLibrary(library.dir)
  const first = await library.beginImport()
  await first.add([...episodePieces(randomEpisode(1))])
  await expect(other.beginImport(AbortSignal.timeout(100))).rejects.toThrow()
  const second = importAll(other, [randomEpisode(1), randomEpisode(2)])
  await first.finish()
  expect(await second).toMatchObject({ added: [expect.any(Number)], known: [expect.any(Number)] })
  library.close()
  other.close()
})

it('erases what a process that was killed has left, when the library is next opened', async () => {
  const dir = temporaryDirectory()
  const child = fork(join(import.meta.dirname, 'importing-child.ts'), [dir], { execArgv: [] })
  await once(child, 'message')
  const meanwhile = openLibrary(dir)
  expect(meanwhile.listEpisodes()).toEqual([])
  meanwhile.close()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const library = openLibrary(dir)
  expect((await importAll(library, [randomEpisode(1)])).added).toHaveLength(1)
  expect(library.checkIntegrity()).toEqual([])
  library.close()
})
