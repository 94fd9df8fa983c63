/** What can be set of a Unity build: the parameters that are ours, and the numbers that are the game's. */
import { z } from 'zod'
import type { ParameterValue } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { readBySchema, schemaSentence } from '../../schema-words.ts'
import { findExecutable } from './executable.ts'

export const EDITOR = 'editor'
/** ML-Agents' defaults. */
const TIME_SCALE = 20
const TIMEOUT_SECONDS = 60

/** Timers hold no more milliseconds than this many seconds have. */
const MOST_SECONDS = 2_000_000

const parameterSchema = z
  .object({
    behavior: z.coerce.string().optional().describe('Which behaviour is played, if the build has several'),
    time_scale: z.number().positive().default(TIME_SCALE).describe("Speed of the game's clock"),
    no_graphics: z.boolean().default(false).describe('Without a window or graphics card'),
    agents: z
      .int()
      .min(1)
      .optional()
      .describe('Ours: how many agents can play at once; default: as many as decide first'),
    timeout_wait: z
      .number()
      .positive()
      .max(MOST_SECONDS)
      .default(TIMEOUT_SECONDS)
      .describe('Seconds that the build may take to connect, or to answer'),
  })
  .catchall(z.number('a build can only be given numbers'))

type Parameters = Readonly<Record<string, ParameterValue>>

export interface BuildSettings {
  /** As errors call the build. */
  readonly name: string
  readonly path: string
  readonly parameters: Parameters
  /** Null waits for Unity's editor. */
  readonly executable: string | null
  readonly behaviour: string | undefined
  /** How many agents can be at play at once; undefined: as many as decide first. */
  readonly agents: number | undefined
  readonly timeScale: number
  readonly noGraphics: boolean
  /** That an answer may take. */
  readonly seconds: number
  /** Environment parameters of the build's own. */
  readonly floats: Readonly<Record<string, number>>
}

/** @throws UserError when there is no such build, or a parameter cannot be what it is */
export function buildSettings(path: string, parameters: Parameters): BuildSettings {
  const { behavior, agents, time_scale, no_graphics, timeout_wait, ...floats } = checked(path, parameters)
  return {
    name: path === EDITOR ? "Unity's editor" : `unity:${path}`,
    path,
    parameters,
    executable: path === EDITOR ? null : findExecutable(path),
    behaviour: behavior,
    agents,
    timeScale: time_scale,
    noGraphics: no_graphics,
    seconds: timeout_wait,
    floats,
  }
}

function checked(path: string, parameters: Parameters) {
  const result = readBySchema(parameterSchema, parameters)
  if ('data' in result) return result.data
  throw new UserError(`unity:${path}: ${schemaSentence(result.problem.path.join('.'), result.problem)}`, {
    usage: true,
  })
}
