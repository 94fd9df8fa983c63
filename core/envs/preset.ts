/** Settings that are known to work in an environment. */
export interface Preset {
  /** What --preset takes: the algorithm, then what is added to it. */
  readonly id: string
  readonly title: string
  /** One or two plain sentences. */
  readonly description: string
  /** The one to start with; one per environment. */
  readonly recommended: boolean
  /** In the layout of a configuration file; `resolveConfig` fills the rest. */
  readonly config: Readonly<Record<string, unknown>>
}
