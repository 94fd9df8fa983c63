/** A configuration that a person has pasted into a page, or dropped on it: what of it the form can go on from. */
import { isAbsolute } from 'node:path'
import { UnadmittedError } from '../admission/index.ts'
import { requireSaved } from '../cluster/connect.ts'
import { HERE } from '../cluster/saved-clusters.ts'
import { UserError } from '../errors.ts'
import { loadPlugins } from '../plugins.ts'
import {
  type GivenConfig,
  type GivenProblem,
  type RunConfig,
  readGiven,
  soundPart,
  writeYaml,
} from '../train/index.ts'
import { type HostContext, readyEnvironment } from './context.ts'

export interface ReadConfiguration {
  /** Null when nothing of it is sound. */
  readonly config: RunConfig | null
  /** The saved cluster that it names; null where it names none. */
  readonly cluster: string | null
  /** What is sound, as a file. */
  readonly yaml: string
  readonly problems: readonly GivenProblem[]
}

interface ReadOptions {
  /** Where it is begun if it names none that is known. */
  readonly environment: string
  /** False where the person has said no: then what is not admitted is left out, and told. */
  readonly mayAsk: boolean
}

/**
 * Plugins and environments that it names are made ready, once the person has admitted them.
 * @throws UnadmittedError when the person is to be asked first
 */
export async function readConfiguration(
  context: HostContext,
  text: string,
  { environment, mayAsk }: ReadOptions,
): Promise<ReadConfiguration> {
  const given = readOrTell(text)
  if ('keys' in given) return { config: null, cluster: null, yaml: '', problems: [given] }
  const problems = [...given.problems]
  /** @returns undefined where it is refused, which is told */
  const attempt = async <T>(keys: readonly string[], work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UserError) || (error instanceof UnadmittedError && mayAsk)) throw error
      problems.push({ keys, line: null, message: error.message, remedy: error.remedy ?? null })
      return undefined
    }
  }
  for (const plugin of given.plugins) await attempt(['plugins'], () => loadPlugin(plugin))
  const place = given.cluster
  const saved =
    place === null || place === HERE ? undefined : await attempt(['cluster'], async () => requireSaved(place))
  const named = given.environment
  const spec =
    named === null
      ? undefined
      : await attempt(['env_settings', 'env'], () => readyEnvironment(context, named))
  const isRun = (id: string) => context.library.getRun(id) !== undefined
  const sound = soundPart(given, spec?.id ?? environment, isRun)
  problems.push(...sound.problems)
  // As a person meets them, reading it from top to bottom; those of no line first.
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return { config: sound.config, cluster: saved?.name ?? null, yaml: writeYaml(sound.sections), problems }
}

/** What is wrong with a text that is no configuration at all. */
function readOrTell(text: string): GivenConfig | GivenProblem {
  try {
    return readGiven(text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const [, line, message = error.message] =
      /^configuration(?::(\d+):\d+)?: (.*)$/s.exec(error.message) ?? []
    return { keys: [], line: line === undefined ? null : Number(line), message, remedy: error.remedy ?? null }
  }
}

/** Text has no folder that a relative path could begin from. */
async function loadPlugin(path: string): Promise<void> {
  if (!isAbsolute(path)) {
    throw new UserError(`nobody knows where ${path} lies, as pasted text lies nowhere`, {
      remedy: 'write its whole path, or start the studio with --plugin FILE',
    })
  }
  await loadPlugins([path])
}
