/**
 * How a policy sees an action space. Branches whose combinations are few enough are chosen *jointly*, by one categorical
 * distribution over all combinations, so that expectations over actions are exact; otherwise each branch is a group of
 * its own and the branches are independent given the observation, as in ML-Agents.
 */
import type { ActionSpec, EnvironmentSpec } from '../../envs/environment.ts'

/** Combinations above this are not enumerated: bubble has 82, most ML-Agents examples fewer than 60. */
const JOINT_LIMIT = 256

/** Branches that are chosen together. Joint index = mixed-radix number with `branches[0]` as the highest digit. */
export interface ActionGroup {
  readonly branches: readonly number[]
  readonly sizes: readonly number[]
  /** Number of joint actions, the product of `sizes`. */
  readonly size: number
}

export class ActionLayout {
  readonly continuous: number
  readonly branchSizes: readonly number[]
  readonly groups: readonly ActionGroup[]
  /** The group whose first branch is aligned with the rows of an observation, with that observation's name. */
  readonly aligned: { readonly group: number; readonly observation: string } | null
  readonly masked: boolean
  /** Where each branch begins in a mask. */
  readonly #branchOffsets: readonly number[]

  constructor(spec: EnvironmentSpec) {
    const action: ActionSpec = spec.action
    this.continuous = action.continuous
    this.branchSizes = action.discrete
    this.masked = action.masked ?? false
    this.#branchOffsets = action.discrete.map((_, b) =>
      action.discrete.slice(0, b).reduce((sum, size) => sum + size, 0),
    )
    const order = action.discrete.map((_, branch) => branch)
    if (action.aligned !== undefined) {
      order.splice(order.indexOf(action.aligned.branch), 1)
      order.unshift(action.aligned.branch)
    }
    const product = action.discrete.reduce((all, size) => all * size, 1)
    if (order.length === 0) this.groups = []
    else if (product <= JOINT_LIMIT) this.groups = [makeGroup(order, action.discrete)]
    else this.groups = order.map((branch) => makeGroup([branch], action.discrete))
    this.aligned = action.aligned === undefined ? null : { group: 0, observation: action.aligned.observation }
  }

  /** The joint index of group `g` that the discrete action at `offset` of `discrete` amounts to. */
  encode(g: number, discrete: Int32Array, offset: number): number {
    const group = this.groups[g]!
    let index = 0
    for (let i = 0; i < group.branches.length; i++) {
      index = index * group.sizes[i]! + discrete[offset + group.branches[i]!]!
    }
    return index
  }

  /** Writes the branches of group `g` for joint index `index` into `discrete` at `offset`. */
  decode(g: number, index: number, discrete: Int32Array, offset: number): void {
    const group = this.groups[g]!
    for (let i = group.branches.length - 1; i >= 0; i--) {
      const size = group.sizes[i]!
      discrete[offset + group.branches[i]!] = index % size
      index = Math.floor(index / size)
    }
  }

  /** [sum of branches] 1 = allowed, at `offset` of `mask`, turned into [size of group g] joint 0/1 at `at` of `joint`. */
  jointMask(g: number, mask: Uint8Array, offset: number, joint: Float32Array, at: number): void {
    const group = this.groups[g]!
    for (let index = 0; index < group.size; index++) {
      let allowed = 1
      let rest = index
      for (let i = group.branches.length - 1; i >= 0; i--) {
        const size = group.sizes[i]!
        allowed &= mask[offset + this.#branchOffsets[group.branches[i]!]! + (rest % size)]!
        rest = Math.floor(rest / size)
      }
      joint[at + index] = allowed
    }
  }

  /** [size, branches of the group]: row i holds the branch indices of joint action i, in the order of `group.branches`. */
  decodeTable(g: number): Float32Array {
    const group = this.groups[g]!
    const table = new Float32Array(group.size * group.branches.length)
    const row = new Int32Array(this.branchSizes.length)
    for (let index = 0; index < group.size; index++) {
      this.decode(g, index, row, 0)
      for (let i = 0; i < group.branches.length; i++) {
        table[index * group.branches.length + i] = row[group.branches[i]!]!
      }
    }
    return table
  }
}

function makeGroup(branches: readonly number[], sizes: readonly number[]): ActionGroup {
  const own = branches.map((branch) => sizes[branch]!)
  return { branches, sizes: own, size: own.reduce((product, size) => product * size, 1) }
}
