/** `library.*`, `environments.*`, `formats.*`, `tasks.*`. */
import { basename } from 'node:path'
import { ARCHIVE, type DemonstrationFormat, FORMAT_GROUPS, FORMATS } from '../../demos/index.ts'
import {
  type EnvironmentSpec,
  environmentIds,
  environmentSchemes,
  isEnvironmentId,
  scriptedPlayer,
} from '../../envs/index.ts'
import { type HostContext, readyEnvironment } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { plainSpec } from '../plain.ts'
import type { Format, ListedEnvironment, libraryMethods } from '../protocol/library.ts'
import { protocolVersion } from '../protocol.ts'

export function libraryHandlers(context: HostContext): Handlers<keyof typeof libraryMethods> {
  const { library } = context
  return {
    'library.info': () => {
      const rows = library.listEpisodes()
      return {
        protocol: protocolVersion,
        version: context.version,
        name: basename(library.dir).replace(/^\./, ''),
        directory: library.dir,
        shell: context.shell,
        environment: environmentIds()[0]!,
        demonstrations: rows.filter((row) => row.state === 'complete').length,
        bundled: rows.filter((row) => row.bundled).length,
        runs: library.listRuns().length,
        recovered: rows.filter((row) => row.state === 'interrupted' && row.length > 0).length,
      }
    },
    'environments.list': () => [...context.specs.values()].map(listed),
    'environments.others': () => {
      const ids = [...library.listEpisodes(), ...library.listRuns()].map((row) => row.environmentId)
      return {
        ids: [...new Set(ids)].filter((id) => isEnvironmentId(id) && !context.specs.has(id)).sort(),
        schemes: environmentSchemes().map(({ example, description }) => ({ example, description })),
      }
    },
    'environments.add': async ({ id }) => listed(await readyEnvironment(context, id)),
    'environments.admit': ({ name, sha256 }) => {
      context.asks.grant(name, sha256)
      return { admitted: true }
    },
    'formats.list': () =>
      Object.entries(FORMAT_GROUPS).flatMap(([key, group]) =>
        FORMATS.filter((format) => format.group === key).map((format) => listedFormat(format, group)),
      ),
    'tasks.cancel': ({ taskId }) => ({ cancelled: context.tasks.cancel(taskId) }),
  }
}

function listedFormat(format: DemonstrationFormat, group: string): Format {
  const files =
    format.layout === 'file' ? format : { extensions: [ARCHIVE.extension], mediaType: ARCHIVE.mediaType }
  const { extensions, mediaType } = files
  const read = format.read !== undefined
  return { name: format.name, title: format.title, group, extensions: [...extensions], mediaType, read }
}

function listed(spec: EnvironmentSpec): ListedEnvironment {
  return { ...plainSpec(spec), scriptedPlayer: scriptedPlayer(spec)?.name ?? null }
}
