/** Parsers of arguments; what cannot be parsed is a usage error. */
import type { ParameterValue } from '../envs/index.ts'
import { listed, otherNames, UserError } from '../errors.ts'

/** A parser of whole numbers between `least` and `most`, for commander's options. */
export function wholeNumber(
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
    throw new UserError(`${name} must be a whole number, ${range}, not "${text}"`, { usage: true })
  }
}

/** A parser of numbers above 0, for commander's options. */
export function positive(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
    throw new UserError(`${name} must be a number above 0, not "${text}"`, { usage: true })
  }
}

/** A parser of one of several words, for commander's options, whose own names no nearest one. */
export function oneOf<Word extends string>(name: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text)
    if (word !== undefined) return word
    throw new UserError(`${name} must be ${listed(words, 'or')}, not "${text}"`, {
      usage: true,
      remedy: otherNames(text, words, 'the choices'),
    })
  }
}

/** A parser of durations such as '90', '90s', '10m' and '1h30m', in seconds, for commander's options. */
export function duration(name: string): (text: string) => number {
  return (text) => {
    const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text)
    const [hours, minutes, seconds] = [1, 2, 3].map((part) => Number(match?.[part] ?? 0)) as [
      number,
      number,
      number,
    ]
    const total = hours * 3600 + minutes * 60 + seconds
    if (total > 0) return total
    throw new UserError(`${name} must be a time, not "${text}"`, {
      usage: true,
      remedy: 'write seconds, or for example 10m or 1h30m',
    })
  }
}

/** '3', '1-5' and '1,2,7', as many as there are, each id once. */
export function parseIds(texts: readonly string[]): number[] {
  const ids = new Set<number>()
  for (const text of texts.flatMap((argument) => argument.split(','))) {
    const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text)
    if (match === null) {
      throw new UserError(`"${text}" is not an episode number`, {
        usage: true,
        remedy: 'write numbers or ranges, for example: 3 5-9',
      })
    }
    const from = Number(match[1])
    const to = Number(match[2] ?? match[1])
    if (to < from || to - from > 1_000_000) {
      throw new UserError(`"${text}" is not a range of episode numbers`, { usage: true })
    }
    for (let id = from; id <= to; id++) ids.add(id)
  }
  return [...ids]
}

/** Collects an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** Collects `name=value`: a number or boolean where the value reads as one, else a word. */
export function collectParameter(
  text: string,
  previous: Readonly<Record<string, ParameterValue>> = {},
): Record<string, ParameterValue> {
  const match = /^([^=]+)=(.*)$/s.exec(text)
  if (match === null) {
    throw new UserError(`--parameter must be name=value, not "${text}"`, {
      usage: true,
      remedy: 'for example: --parameter colours=3',
    })
  }
  const value = match[2]!
  const number = value.trim() === '' ? Number.NaN : Number(value)
  const read = Number.isFinite(number)
    ? number
    : value === 'true' || value === 'false'
      ? value === 'true'
      : value
  return { ...previous, [match[1]!]: read }
}
