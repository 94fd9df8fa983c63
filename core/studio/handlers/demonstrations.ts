/** `demonstrations.*`: listing, replaying, changing, carrying. */
import { UnadmittedError } from '../../admission/index.ts'
import {
  ARCHIVE,
  type EnvironmentStamp,
  type Episode,
  environmentOf,
  environmentStamp,
  findDivergence,
  formatByName,
  importDemonstrations,
  packFolder,
  readWholeEpisodes,
  UnsaidEnvironmentError,
} from '../../demos/index.ts'
import { DataError, UserError } from '../../errors.ts'
import type { EpisodeRow } from '../../store/index.ts'
import { type HostContext, readyEnvironment, scoreOf, toDemonstration } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import type { UploadedFile } from '../file-exchange.ts'
import type { demonstrationMethods } from '../protocol/demonstrations.ts'
import type { ImportReport, PlayerStatistics } from '../protocol.ts'
import { recordedObservations, recordingOf } from '../recording.ts'
import { toSample } from '../sample.ts'

export function demonstrationHandlers(context: HostContext): Handlers<keyof typeof demonstrationMethods> {
  const { library } = context
  const changed = () => context.emit('library.changed', { what: 'demonstrations' })
  const byIds = (ids: readonly number[]) => ids.map((id) => toDemonstration(context, library.getEpisode(id)))

  async function importFile(
    { name, path }: UploadedFile,
    environment: EnvironmentStamp | undefined,
  ): Promise<ImportReport> {
    const notes: string[] = []
    try {
      const { format, added, known } = await context.tasks.run(undefined, ({ signal }) =>
        importDemonstrations(
          library,
          { name, path },
          { note: (text) => notes.push(text), signal, ...(environment === undefined ? {} : { environment }) },
        ),
      )
      return { name, format: format.name, ids: added, duplicates: known.length, notes, error: null }
    } catch (error) {
      if (!(error instanceof DataError || error instanceof UserError)) throw error
      const remedy = error instanceof UserError ? (error.remedy ?? null) : null
      const unsaid = error instanceof UnsaidEnvironmentError
      const { message } = error
      return { name, format: null, ids: [], duplicates: 0, notes, error: { message, remedy, unsaid } }
    }
  }

  return {
    'demonstrations.list': ({ environment, playerName, playerKind, tag, deleted }) =>
      library
        .listEpisodes({
          ...(environment === undefined ? {} : { environmentId: environment }),
          ...(playerName === undefined ? {} : { playerName }),
          ...(playerKind === undefined ? {} : { playerKind }),
          ...(tag === undefined ? {} : { tag }),
          ...(deleted === undefined ? {} : { deleted }),
          state: 'complete',
        })
        .map((row) => toDemonstration(context, row)),

    'demonstrations.get': ({ id }) => {
      const episode = library.readEpisode(id)
      return {
        ...toDemonstration(context, library.getEpisode(id)),
        rewards: [...episode.rewards],
        timesMs: [...episode.timesUs].map((timeUs) => timeUs / 1000),
      }
    },

    'demonstrations.replay': ({ id }) => {
      return {
        ...replayed(library.readEpisode(id)),
        demonstration: toDemonstration(context, library.getEpisode(id)),
      }
    },

    'demonstrations.update': ({ ids, tags, addTags = [], removeTags = [], note, rating }) => {
      library.atomically(() => {
        library.updateEpisodes(ids, {
          ...(tags === undefined ? {} : { tags }),
          ...(note === undefined ? {} : { note }),
          ...(rating === undefined ? {} : { rating }),
        })
        if (addTags.length === 0 && removeTags.length === 0) return
        for (const id of ids) {
          const kept = library.getEpisode(id).tags.filter((tag) => !removeTags.includes(tag))
          library.updateEpisodes([id], { tags: [...kept, ...addTags] })
        }
      })
      changed()
      return byIds(ids)
    },

    'demonstrations.delete': ({ ids }) => {
      library.deleteEpisodes(ids)
      changed()
      return { count: ids.length }
    },

    'demonstrations.restore': ({ ids }) => {
      library.restoreEpisodes(ids)
      changed()
      return { count: ids.length }
    },

    'demonstrations.export': async ({ ids, format }) => {
      const chosen = formatByName(format)
      const { ids: whole, episodes, leftOut } = await readWholeEpisodes(library, ids)
      const content = await chosen.write(episodes)
      const [extension, mediaType] =
        chosen.layout === 'file'
          ? [chosen.extensions[0]!, chosen.mediaType]
          : [`-${chosen.name}${ARCHIVE.extension}`, ARCHIVE.mediaType]
      const bytes = content instanceof Uint8Array ? content : packFolder(content)
      const fileName = exportName(byIds(whole), extension)
      const file = await context.files.offer(fileName, mediaType, bytes)
      return { ...file, lost: chosen.cannotHold(episodes), leftOut }
    },

    'demonstrations.import': async ({ files, environment }) => {
      // Before the files are taken: it may have to be asked for first, and they with it again.
      const played =
        environment === undefined ? undefined : environmentStamp(await readyEnvironment(context, environment))
      return context.files.take(files, async (uploaded) => {
        const reports: ImportReport[] = []
        for (const file of uploaded) reports.push(await importFile(file, played))
        changed()
        return reports
      })
    },

    'demonstrations.statistics': ({ environment, ids }) => {
      const of = ids === undefined ? {} : { ids }
      const rows = library.listEpisodes({ environmentId: environment, state: 'complete', ...of })
      const groups = Map.groupBy(rows, (row) => JSON.stringify([row.playerName, row.playerKind, row.bundled]))
      const fewerIsBetter = context.specs.get(environment)?.score.measure !== 'return'
      const players = [...groups.values()].map((group): PlayerStatistics => {
        const { playerName, playerKind, bundled } = group[0]!
        const scores = group.map((row) => ({ score: scoreOf(context, row), success: row.success }))
        return { playerName, playerKind, bundled, score: toSample(scores, fewerIsBetter) }
      })
      return { players, human: context.specs.get(environment)?.score.human ?? null }
    },
  }
}

function replayed(episode: Episode) {
  try {
    const divergence = findDivergence(episode)
    const notReplayed = null
    if (divergence === undefined)
      return { ...recordingOf(episode), verified: true, divergedAt: null, notReplayed }
    const verified = false
    if (episode.seed !== null)
      return { ...recordingOf(episode), verified, divergedAt: divergence.step, notReplayed }
    const environment = environmentOf(episode)
    environment.close?.()
    return { ...recordedObservations(episode, environment.spec), verified, divergedAt: null, notReplayed }
  } catch (error) {
    if (!(error instanceof UnadmittedError)) throw error
    return {
      ...recordedObservations(episode),
      verified: false,
      divergedAt: null,
      notReplayed: error.message,
    }
  }
}

/** One episode is named by what it is, several by how many they are. */
function exportName(
  rows: readonly Pick<EpisodeRow, 'id' | 'environmentId' | 'playerName' | 'seed'>[],
  extension: string,
): string {
  const [first] = rows
  const environment = first!.environmentId.replaceAll('/', '-')
  const what =
    rows.length === 1
      ? `${first!.playerName}-${first!.seed ?? `episode-${first!.id}`}`
      : `${rows.length}-episodes`
  return `${environment}-${what}`.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-') + extension
}
