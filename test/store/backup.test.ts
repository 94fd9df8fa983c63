import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../core/errors.ts'
import { openLibrary } from '../../core/store/index.ts'
import { randomEpisode, temporaryDirectory } from './support.ts'

describe('a backup', () => {
  it('is the library at one moment, while it goes on being written', async () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    for (let seed = 0; seed < 60; seed++) library.addEpisode(randomEpisode(seed, { steps: 256 }))
    const file = join(temporaryDirectory(), 'copy.db')
    const copying = library.backUp(file)
    let added = 60
    const timer = setInterval(() => library.addEpisode(randomEpisode(added++)), 1)
    const { episodes, bytes } = await copying
    clearInterval(timer)
    library.close()
    expect(episodes).toBe(60)
    expect(statSync(file)).toMatchObject({ size: bytes })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const place = temporaryDirectory()
    writeFileSync(join(place, 'library.db'), readFileSync(file))
    const copy = openLibrary(place)
    expect(copy.listEpisodes()).toHaveLength(60)
    for (const { id } of copy.listEpisodes()) copy.verifyEpisode(id)
    expect(copy.checkIntegrity()).toEqual([])
    copy.close()
  })

  it('of a damaged library, or one that is interrupted, is none: the old one stays', async () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    for (let seed = 0; seed < 20; seed++) library.addEpisode(randomEpisode(seed, { steps: 256 }))
    const place = temporaryDirectory()
    const file = join(place, 'copy.db')
    await library.backUp(file)
    const before = readFileSync(file)
    await expect(library.backUp(file, AbortSignal.abort())).rejects.toThrow('aborted')
    library.close()
    const sqlite = new Database(library.file)
    sqlite.pragma('ignore_check_constraints = ON')
    sqlite.prepare('UPDATE episode SET rating = 9 WHERE id = 1').run()
    sqlite.close()
    const reader = openLibrary(dir, { readonly: true })
    await expect(reader.backUp(file)).rejects.toThrow(DataError)
    reader.close()
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(place)).toEqual(['copy.db'])
  })
})
