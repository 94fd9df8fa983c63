/** `imported.*`: agents that were made elsewhere. */
import { readFile } from 'node:fs/promises'
import { closing, makeEnvironment } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import {
  deleteImportedAgent,
  evaluatePlayer,
  heldOutSeeds,
  importAgent,
  importedAgentFile,
  playBoard,
  putBackImportedAgent,
  type RemovedAgent,
  requireImportedAgent,
} from '../../evaluate/index.ts'
import type { ImportedAgentRow } from '../../store/index.ts'
import { importedPlayer } from '../contenders.ts'
import { type HostContext, readyEnvironment } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { freshSeed } from '../fresh-seed.ts'
import { keepEvaluation, readEvaluation, readMeta, writeMeta } from '../meta.ts'
import { freeName, requireFreeName } from '../names.ts'
import { type ImportedAgent, importedAgent, type importedMethods } from '../protocol/imported.ts'
import { recordingOfBoard } from '../recording.ts'

export function importedHandlers(context: HostContext): Handlers<keyof typeof importedMethods> {
  const { library } = context
  /** What can be taken back, while the studio is open: policies are small. */
  const deleted = new Map<string, RemovedAgent & { readonly evaluation: string }>()
  const changed = () => context.emit('library.changed', { what: 'agents' })
  const find = (id: string) => toAgent(context, requireImportedAgent(library, id))
  const environmentOf = (id: string) => {
    const { environmentId, parameters } = requireImportedAgent(library, id)
    return makeEnvironment(environmentId, parameters)
  }
  return {
    'imported.list': () => library.listImportedAgents().map((row) => toAgent(context, row)),
    'imported.add': async ({ file, environment, beside = [] }) => {
      // Before the files are taken: it may have to be asked for first, and they with it again.
      await readyEnvironment(context, environment)
      return context.files.take([file, ...beside], async ([policy, ...others]) => {
        const along = new Map(others.map(({ name, path }) => [name, path]))
        const source = { name: policy!.name, path: policy!.path, beside: along }
        const { agent, known } = await closing(makeEnvironment(environment), (made) =>
          importAgent(library, made, { source }),
        )
        library.renameImportedAgent(agent.id, freeName(context, agent.name, agent.id))
        changed()
        return { agent: find(agent.id), known }
      })
    },
    'imported.rename': ({ id, name }) => {
      requireFreeName(context, name, id)
      library.renameImportedAgent(requireImportedAgent(library, id).id, name)
      changed()
      return find(id)
    },
    'imported.delete': async ({ id }) => {
      const evaluation = readMeta(library, 'evaluation', id) ?? ''
      deleted.set(id, { ...(await deleteImportedAgent(library, id)), evaluation })
      writeMeta(library, 'evaluation', id, '')
      changed()
      return { deleted: true }
    },
    'imported.restore': async ({ id }) => {
      const removed = deleted.get(id)
      if (removed === undefined) throw new UserError(`agent "${id}" is gone for good`)
      const { agent, policy, evaluation } = removed
      await putBackImportedAgent(library, {
        agent: { ...agent, name: freeName(context, agent.name, id) },
        policy,
      })
      deleted.delete(id)
      writeMeta(library, 'evaluation', id, evaluation)
      changed()
      return find(id)
    },
    'imported.evaluate': async ({ id, episodes, taskId }) => {
      const environment = environmentOf(id)
      const player = await importedPlayer(context, environment, id)
      const evaluation = await context.tasks.run(taskId, ({ signal, report }) =>
        closing(environment, () =>
          evaluatePlayer(environment, player, heldOutSeeds(episodes), { signal, onProgress: report }),
        ),
      )
      keepEvaluation(library, id, evaluation)
      changed()
      return find(id)
    },
    'imported.export': async ({ id }) => {
      const fileName = `${requireImportedAgent(library, id).id}.onnx`
      const policy = await readFile(importedAgentFile(library, id))
      return context.files.offer(fileName, 'application/octet-stream', policy)
    },
    'imported.watch': async ({ id, seed }) => {
      const environment = environmentOf(id)
      const player = await importedPlayer(context, environment, id)
      const board = await closing(environment, () => playBoard(environment, player, seed ?? freshSeed()))
      return recordingOfBoard(environment.spec, board)
    },
  }
}

function toAgent({ library }: HostContext, row: ImportedAgentRow): ImportedAgent {
  return importedAgent.parse({
    ...row,
    evaluation: readEvaluation(library, row.id),
  })
}
