import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Library, openLibrary } from '../../core/store/index.ts'
import { type ProcessIdentity, thisProcess } from '../../core/store/process.ts'
import { temporaryDirectory } from './support.ts'

function open(dir: string): Library {
  const library = openLibrary(dir)
  onTestFinished(() => library.close())
  return library
}

/** As a studio left it that was not closed. */
function leaveStudio(library: Library, identity: Partial<ProcessIdentity>, renewedMsAgo = 0): () => void {
  const sqlite = new Database(library.file)
  const put = () =>
    sqlite
      .prepare('INSERT OR REPLACE INTO owner VALUES (?, ?, ?, ?)')
      .run('other', JSON.stringify({ ...thisProcess(), ...identity }), 2_000, Date.now() - renewedMsAgo)
  put()
  library.setMeta('studio', JSON.stringify({ owner: 'other', address: 'http://127.0.0.1:4000' }))
  onTestFinished(() => void sqlite.close())
  return put
}

describe('the studio lock', () => {
  it('refuses a second studio, naming process and address, until the first is closed', async () => {
    const dir = temporaryDirectory()
    const [first, second] = [open(dir), open(dir)]
    const lock = await first.lockStudio()
    lock.setAddress('http://127.0.0.1:4000')
    await expect(second.lockStudio()).rejects.toThrow(
      `a studio (process ${process.pid} on ${thisProcess().host}) already has this library open at http://127.0.0.1:4000`,
    )
    lock.release()
    expect(first.getMeta('studio')).toBeUndefined()
    expect((await second.lockStudio()).held()).toBe(true)
    // What the first says later is no longer its business.
    lock.setAddress('http://127.0.0.1:1')
    lock.release()
    expect(second.getMeta('studio')).toContain('null')
  })

  it('is taken over from a studio that died, even when another process has its id by now', async () => {
    const library = open(temporaryDirectory())
    const { pid } = spawnSync(process.execPath, ['--version'])
    for (const identity of [{ pid }, { pid: process.ppid, boot: 'before' }, { started: '1' }]) {
      leaveStudio(library, identity)
      const lock = await library.lockStudio()
      expect(lock.held()).toBe(true)
      lock.release()
    }
  })

  it('of a container that is gone is waited for until its lease has run out', async () => {
    const library = open(temporaryDirectory())
    leaveStudio(library, { namespace: 'pid:[1]', host: 'container' }, 1_500)
    const began = performance.now()
    expect((await library.lockStudio()).held()).toBe(true)
    expect(performance.now() - began).toBeGreaterThan(400)
  })

  it('of another container is refused as soon as that renews it', async () => {
    const library = open(temporaryDirectory())
    const renew = leaveStudio(library, { namespace: 'pid:[1]', host: 'container', pid: 2 }, 500)
    const locking = library.lockStudio()
    locking.catch(() => {})
    await wait(300)
    renew()
    await expect(locking).rejects.toThrow('a studio (process 2 on container) already has this library open')
  })

  it('is not taken from a studio that is only suspended', async () => {
    const library = open(temporaryDirectory())
    leaveStudio(library, {}, 60_000)
    await expect(library.lockStudio()).rejects.toThrow('already has this library open')
  })
})
