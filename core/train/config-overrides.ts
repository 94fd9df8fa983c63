import type { RolloutOverrides } from './config-rollout.ts'
import type { GailControl } from './demonstrations.ts'
import type { StopSettings } from './stop-rule.ts'

/** What beats the file: the flags of the command line, the form of the studio. */
export interface ConfigOverrides {
  /** For error messages; 'configuration' when absent. */
  readonly file?: string | undefined
  /** It is what `configToYaml` wrote once: what it does not say is as it was before there was such a setting. */
  readonly stored?: boolean | undefined
  /** What the paths of plugins are relative to; the working directory when absent. */
  readonly directory?: string | undefined
  readonly environment?: string | undefined
  readonly algorithm?: string | undefined
  /** Which of several behaviours in the file. */
  readonly behavior?: string | undefined
  /** Adds GAIL (true) or takes it away (false). */
  readonly gail?: boolean | undefined
  readonly seed?: number | undefined
  readonly maxSteps?: number | undefined
  readonly numEnvs?: number | undefined
  readonly engine?: string | undefined
  readonly threads?: number | undefined
  readonly runId?: string | undefined
  readonly resume?: boolean | undefined
  readonly force?: boolean | undefined
  readonly initializeFrom?: string | undefined
  readonly gailControl?: GailControl | undefined
  readonly stop?: Partial<StopSettings> | undefined
  readonly rollout?: RolloutOverrides | undefined
  /** Dotted paths inside the behaviour: 'hyperparameters.learning_rate'. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}
