/** Contenders in the address: none, scripted, agent:first, agent:first@5000, imported:walker, episode:12 */
import type {
  Agent,
  Contender,
  Demonstration,
  ImportedAgent,
  PlayerKind,
} from '../../../core/studio/protocol.ts'
import { counted, moment } from '../../components/format.ts'

export const MOST = 4

export function formatContender(contender: Contender): string {
  switch (contender.kind) {
    case 'scripted':
      return 'scripted'
    case 'episode':
      return `episode:${contender.id}`
    case 'player':
      return `player:${encodeURIComponent(contender.playerName)}`
    case 'imported':
      return `imported:${contender.id}`
    case 'agent':
      return `agent:${contender.runId}${contender.checkpoint === undefined ? '' : `@${contender.checkpoint}`}`
  }
}

/** Nobody is written out: an address that names nobody means the usual ones. */
export function formatContenders(contenders: readonly Contender[]): string {
  return contenders.map(formatContender).join(',') || 'none'
}

export function parseContenders(text: string): Contender[] {
  return text.split(',').flatMap((part): Contender[] => {
    const [kind, value = ''] = part.split(/:(.*)/s)
    if (kind === 'scripted') return [{ kind: 'scripted' }]
    if (kind === 'episode' && Number.isInteger(Number(value))) return [{ kind: 'episode', id: Number(value) }]
    if (kind === 'player' && value !== '') return [{ kind: 'player', playerName: decodeURIComponent(value) }]
    if (kind === 'imported' && value !== '') return [{ kind: 'imported', id: value }]
    if (kind !== 'agent' || value === '') return []
    const [runId = '', checkpoint] = value.split('@')
    return [checkpoint === undefined ? { kind: 'agent', runId } : { kind: 'agent', runId, checkpoint }]
  })
}

export interface Known {
  readonly agents: readonly Agent[]
  readonly imported: readonly ImportedAgent[]
  readonly episodes: readonly Demonstration[]
  readonly scriptedPlayer: string | null
}

export interface Described {
  readonly label: string
  readonly kind: PlayerKind
}

/** As they are called beside each other: plays of one board by one player are told apart by when they were played. */
export function describeContenders(contenders: readonly Contender[], known: Known): Described[] {
  const described = contenders.map((contender) => describeContender(contender, known))
  const dated = tellApart(described, contenders, known, (row) => moment(row.startedAtUs))
  // On one day long ago, or by a file that does not say when.
  return tellApart(dated, contenders, known, (row) => `play ${row.id}`)
}

/** Adds what differs to the labels that are alike. */
function tellApart(
  described: readonly Described[],
  contenders: readonly Contender[],
  known: Known,
  more: (row: Demonstration) => string,
): Described[] {
  const uses = Map.groupBy(described, ({ label }) => label)
  return described.map((one, index) => {
    const contender = contenders[index]!
    if (uses.get(one.label)!.length === 1 || contender.kind !== 'episode') return one
    const row = known.episodes.find(({ id }) => id === contender.id)
    return row === undefined ? one : { ...one, label: `${one.label}, ${more(row)}` }
  })
}

export function describeContender(contender: Contender, known: Known): Described {
  switch (contender.kind) {
    case 'scripted':
      return { label: known.scriptedPlayer ?? 'scripted player', kind: 'scripted' }
    case 'player':
      return { label: contender.playerName, kind: 'human' }
    case 'imported': {
      const name = known.imported.find(({ id }) => id === contender.id)?.name ?? contender.id
      return { label: name, kind: 'agent' }
    }
    case 'agent': {
      const name = known.agents.find(({ runId }) => runId === contender.runId)?.name ?? contender.runId
      const at =
        contender.checkpoint === undefined ? '' : ` at ${counted(Number(contender.checkpoint), 'step')}`
      return { label: `${name}${at}`, kind: 'agent' }
    }
    case 'episode': {
      const row = known.episodes.find(({ id }) => id === contender.id)
      return row === undefined
        ? { label: `demonstration ${contender.id}`, kind: 'human' }
        : { label: `${row.playerName}, board ${row.seed ?? 'unknown'}`, kind: row.playerKind }
    }
  }
}

/** For statistics a person's one episode stands for all of theirs: one play says too little. */
export function forTable(contenders: readonly Contender[], known: Known): Contender[] {
  const widened = contenders.map((contender): Contender => {
    if (contender.kind !== 'episode') return contender
    const row = known.episodes.find(({ id }) => id === contender.id)
    return row === undefined ? contender : { kind: 'player', playerName: row.playerName }
  })
  return [...new Map(widened.map((contender) => [formatContender(contender), contender])).values()]
}

/** The board of the first of them who has played one; null when none has, or nobody knows it. */
export function boardOf(contenders: readonly Contender[], known: Known): number | null {
  for (const contender of contenders) {
    const row = known.episodes.find(
      ({ id, seed, playerName }) =>
        (contender.kind === 'episode' && id === contender.id) ||
        (contender.kind === 'player' && playerName === contender.playerName && seed !== null),
    )
    if (row !== undefined && row.seed !== null) return row.seed
  }
  return null
}
