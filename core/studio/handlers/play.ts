/** `play.*`: sessions belong to the host, so that a page can be reloaded in the middle of a game. */
import { randomBytes } from 'node:crypto'
import { UserError } from '../../errors.ts'
import type { Port } from '../../train/port.ts'
import { type HostContext, readyEnvironment, scoreOf, toDemonstration } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { freshSeed } from '../fresh-seed.ts'
import { PlaySession } from '../play-session.ts'
import type { playMethods } from '../protocol/play.ts'

/** Sessions that pages left without ending them; beyond this the oldest is put away as interrupted. */
const maxSessions = 16
/** Within which a page that is reloaded is back. */
const RELOAD_MS = 10_000

export interface PlayHandlers extends Handlers<keyof typeof playMethods> {
  /** Puts every open session away; recordings can be recovered. */
  closeSessions(): void
}

export function playHandlers(context: HostContext): PlayHandlers {
  const { library } = context
  const sessions = new Map<string, PlaySession>()
  const find = (id: string): PlaySession => {
    const session = sessions.get(id)
    if (session !== undefined) return session
    throw new UserError('this game is no longer open', { remedy: 'start another' })
  }
  const pages = new WeakMap<PlaySession, Port>()
  const seen = new WeakSet<Port>()
  const visit = (session: PlaySession, page: Port): PlaySession => {
    pages.set(session, page)
    if (!seen.has(page)) page.onClose(() => setTimeout(() => putAwayUndecided(page), RELOAD_MS).unref())
    seen.add(page)
    return session
  }
  /** A game that is over waits for a decision which nobody can make on a page that is gone: any page is asked then. */
  const putAwayUndecided = (page: Port): void => {
    const left = [...sessions.values()].filter((session) => session.over && pages.get(session) === page)
    for (const session of left) {
      session.abandon()
      sessions.delete(session.id)
    }
    if (left.length > 0) context.emit('library.changed', { what: 'demonstrations' })
  }
  const isOpen = (episodeId: number): boolean =>
    [...sessions.values()].some((session) => session.episodeId === episodeId)
  const interrupted = () =>
    library.listEpisodes({ state: 'interrupted' }).filter((row) => row.length > 0 && !isOpen(row.id))

  return {
    'play.start': async (params, page) => {
      await readyEnvironment(context, params.environment, params.parameters)
      const session = new PlaySession(randomBytes(9).toString('base64url'), {
        environment: params.environment,
        parameters: params.parameters,
        seed: params.seed ?? freshSeed(),
        playerName: params.playerName,
        library: params.record ? library : null,
      })
      sessions.set(session.id, session)
      const oldest = sessions.size > maxSessions ? sessions.values().next().value : undefined
      if (oldest !== undefined) {
        oldest.abandon()
        sessions.delete(oldest.id)
      }
      return visit(session, page).state()
    },
    'play.resume': ({ session }, page) => visit(find(session), page).state(),
    'play.step': ({ session, action }) => find(session).step(action),
    'play.end': ({ session, keep }) => {
      const episodeId = find(session).end(keep)
      sessions.delete(session)
      if (episodeId !== null) context.emit('library.changed', { what: 'demonstrations' })
      return { episodeId }
    },
    'play.recovered': () => interrupted().map((row) => toDemonstration(context, row)),
    'play.recover': ({ keep, discard }) => {
      library.keepEpisodes(keep)
      library.deleteEpisodes(discard)
      context.emit('library.changed', { what: 'demonstrations' })
      return { kept: keep.length, discarded: discard.length }
    },
    'play.recent': ({ environment, playerName, limit = 10 }) =>
      library
        .listEpisodes({ environmentId: environment, playerName, playerKind: 'human', state: 'complete' })
        .filter((row) => row.terminated || row.length === context.specs.get(environment)?.maxEpisodeSteps)
        .slice(0, limit)
        .reverse()
        .map((row) => ({
          id: row.id,
          score: scoreOf(context, row),
          success: row.success,
          seed: row.seed,
          startedAtUs: row.startedAtUs,
        })),
    closeSessions: () => {
      for (const session of sessions.values()) session.abandon()
      sessions.clear()
    },
  }
}
