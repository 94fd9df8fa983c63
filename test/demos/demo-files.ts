/** Files as the recorders of Unity's releases write them, from plays that are known. */
import {
  type AgentInfoActionPair,
  agentInfoActionPairCodec,
  type BrainParameters,
  brainParametersCodec,
  type DemonstrationMeta,
  demonstrationMetaCodec,
  type Observation,
  type Written,
} from '../../core/remote/mlagents/messages.ts'

export interface DemoFileParts {
  readonly meta?: Partial<DemonstrationMeta>
  readonly brain?: Written<BrainParameters>
  readonly records: readonly Written<AgentInfoActionPair>[]
  readonly tail?: Uint8Array
}

/** Counts the records in its head unless `meta` says otherwise. */
export function demoFile({ meta, brain = {}, records, tail }: DemoFileParts): Uint8Array {
  const head = Buffer.alloc(33)
  const counted = { apiVersion: 1, name: 'Test', steps: records.length, episodes: 1, meanReward: 0 }
  head.set(demonstrationMetaCodec.encodeDelimited({ ...counted, ...meta }))
  return new Uint8Array(
    Buffer.concat([
      head,
      brainParametersCodec.encodeDelimited(brain),
      ...records.map((record) => agentInfoActionPairCodec.encodeDelimited(record)),
      ...(tail === undefined ? [] : [tail]),
    ]),
  )
}

/** A play as it happened: o_0, a_0, r_1, o_1, ... */
export interface Played {
  /** [N+1][O] */
  readonly observations: readonly (readonly number[])[]
  /** [N], of the one branch */
  readonly actions: readonly number[]
  /** [N] */
  readonly rewards: readonly number[]
  readonly ending?: 'terminated' | 'truncated' | 'none'
}

export interface RecorderOptions {
  readonly actions?: 'same' | 'previous'
  /** Of the first agent; each episode has another one unless `sameId` is set. */
  readonly id?: number
  readonly sameId?: boolean
  /** As before release 0.14.1: a done record shows how the next episode begins. */
  readonly sharedEnds?: boolean
  /** The deprecated field, in which discrete actions are floats. */
  readonly oldActions?: boolean
}

/** The records of these plays, one after another. */
export function recorded(
  plays: readonly Played[],
  options: RecorderOptions = {},
): Written<AgentInfoActionPair>[] {
  const { actions = 'previous', id = 1, sameId = false, sharedEnds = false, oldActions = false } = options
  const action = (index: number): Written<AgentInfoActionPair>['action'] =>
    oldActions ? { vectorActions: [index] } : { discrete: [index] }
  return plays.flatMap((play, p) => {
    const { observations, rewards, ending = 'terminated' } = play
    const steps = play.actions.length
    const all = observations.map((data, t): Written<AgentInfoActionPair> => {
      const done = t === steps && ending !== 'none'
      const next = sharedEnds && done ? plays[p + 1] : undefined
      const taken = next === undefined ? play.actions[t] : next.actions[0]
      return {
        info: {
          id: sameId || sharedEnds ? id : id + p,
          reward: t === 0 ? 0 : rewards[t - 1]!,
          done,
          maxStepReached: done && ending === 'truncated',
          observations: [vector(next?.observations[0] ?? data)],
        },
        action: action((actions === 'same' ? taken : play.actions[t - 1]) ?? 0),
      }
    })
    return sharedEnds && p > 0 ? all.slice(1) : all
  })
}

export function vector(data: readonly number[], name = ''): Written<Observation> {
  return { shape: [data.length], floatData: { data }, name }
}

export const oneBranch = (size: number, name = 'Test?team=0'): Written<BrainParameters> => ({
  name,
  actionSpec: { discrete: 1, branchSizes: [size] },
})

/** ML-Agents' Basic, walked from 10 by these actions. */
export function walkBasic(actions: readonly number[]): Played {
  let position = 10
  const oneHot = (): number[] => Array.from({ length: 20 }, (_, i) => (i === position ? 1 : 0))
  const observations = [oneHot()]
  const rewards = actions.map((action) => {
    position += [0, -1, 1][action]!
    observations.push(oneHot())
    return Math.fround(-0.01 + (position === 17 ? 1 : position === 7 ? 0.1 : 0))
  })
  return { observations, actions, rewards, ending: 'terminated' }
}
