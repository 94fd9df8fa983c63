/** What every algorithm derives from its context before it builds anything. */
import { observationSize } from '../envs/environment.ts'
import { UserError } from '../errors.ts'
import type { DemonstrationData } from '../experience/transitions.ts'
import { Parameters } from '../tensor/index.ts'
import type { LearnContext } from './algorithm.ts'
import { ActionLayout } from './networks/action-layout.ts'
import { Normalizer } from './networks/normalizer.ts'
import type { PolicyShape } from './networks/policy.ts'
import type { ReplayShape } from './off-policy/replay-buffer.ts'

export interface Setup {
  readonly layout: ActionLayout
  /** O, floats of one observation */
  readonly O: number
  /** C, continuous values of one action */
  readonly C: number
  readonly normalizer: Normalizer | null
  readonly shape: PolicyShape
  readonly replayShape: ReplayShape
  /** The weights of the policy, declared when it is first built. */
  readonly policy: Parameters
}

/** @throws UserError when a memory is asked for and the algorithm has no `recurrent` form */
export function setUp(
  { spec, settings }: Pick<LearnContext, 'spec' | 'settings'>,
  {
    recurrent = false,
    ...acting
  }: Pick<PolicyShape, 'continuousKind' | 'logitBound' | 'logStdInit'> & { readonly recurrent?: boolean },
): Setup {
  if (settings.network_settings.memory != null && !recurrent) {
    throw new UserError(`${settings.trainer_type} has no form with memory`, {
      remedy: 'remove network_settings.memory, or train with ppo or sac',
    })
  }
  const layout = new ActionLayout(spec)
  const O = observationSize(spec)
  const normalizer = settings.network_settings.normalize ? new Normalizer(spec) : null
  return {
    layout,
    O,
    C: layout.continuous,
    normalizer,
    shape: { spec, layout, settings: settings.network_settings, normalizer, ...acting },
    replayShape: {
      observation: O,
      continuous: layout.continuous,
      branches: layout.branchSizes.length,
      mask: layout.masked ? layout.branchSizes.reduce((all, size) => all + size, 0) : 0,
    },
    policy: new Parameters('policy'),
  }
}

/** @throws UserError when there are none; `who` begins the sentence */
export function requireDemonstrations(
  { demonstrations }: Pick<LearnContext, 'demonstrations'>,
  who: string,
): DemonstrationData {
  if (demonstrations !== null) return demonstrations
  throw new UserError(`${who} needs demonstrations, and there are none`, {
    remedy: 'record or import some, or choose them with --demos',
  })
}
