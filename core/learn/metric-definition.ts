/** What a metric is, said once: the charts, TensorBoard's files and the tables of docs/ read it. */
import { isDeepStrictEqual } from 'node:util'

/** A chart. All metrics whose panels have one title are drawn in it together. */
export interface MetricPanel {
  /** `{episode}` stands for the environment's own word. */
  readonly title: string
  /** Its place among the charts that are always in sight; without one it is under "More curves". */
  readonly place?: number
}

export interface MetricDefinition {
  /** `{episode}` as in a panel's title, `*` for what the name's star stands for. */
  readonly title: string
  /** Of a value that has one: 'nats', 'steps', 's'. Shares are between 0 and 1. */
  readonly unit?: string
  /** One line for people. */
  readonly meaning: string
  /** The chart it is drawn in, by default one of its own; null where the page shows it elsewhere. */
  readonly panel?: MetricPanel | null
  /** Its tag in TensorBoard, if that is not its name: ML-Agents' where one means the same. */
  readonly tensorboard?: string
}

/** By name, `group/name`. A name that ends in `/*` is that of a metric each. */
export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>

const defined = new Map<string, MetricDefinition>()

/**
 * What several emit is defined by each in the same words.
 * @throws Error when one of the names means something else already
 */
export function defineMetrics(metrics: MetricDefinitions): void {
  const fresh = Object.entries(metrics).filter(([name, definition]) => {
    const known = defined.get(name)
    if (known !== undefined && !isDeepStrictEqual(known, definition)) {
      throw new Error(`metric "${name}" is defined already, as "${known.title}"; give yours another name`)
    }
    return known === undefined
  })
  for (const [name, definition] of fresh) defined.set(name, definition)
}

/** Every metric that a registered learner may report, and those of whoever else called `defineMetrics`. */
export function metricDefinitions(): ReadonlyMap<string, MetricDefinition> {
  return defined
}

/** Of a metric that nobody defined: its name in words, and a chart of its own. */
export function metricDefinition(name: string): MetricDefinition {
  const definition = defined.get(name)
  if (definition !== undefined) return definition
  const slash = name.lastIndexOf('/')
  const family = defined.get(`${name.slice(0, slash)}/*`)
  if (family !== undefined) return member(family, name.slice(slash + 1))
  const [group, ...rest] = name.split('/')
  const words = rest.join(' ').replaceAll('_', ' ') || name
  // With its group: several have a loss and a reward.
  const title = `${words.charAt(0).toUpperCase()}${words.slice(1)}${rest.length === 0 ? '' : ` (${group})`}`
  return { title, meaning: name }
}

function member(family: MetricDefinition, which: string): MetricDefinition {
  const { title, tensorboard } = family
  return {
    ...family,
    title: title.replace('*', which),
    ...(tensorboard === undefined ? {} : { tensorboard: tensorboard.replace('*', which) }),
  }
}
