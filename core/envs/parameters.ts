import { otherNames, UserError } from '../errors.ts'

export type ParameterValue = number | string | boolean

/**
 * What one parameter may be: one of some words, or a number in a range, whole unless `real`. The first word or `initial`
 * is the default.
 */
export type ParameterRule =
  | { readonly oneOf: readonly string[] }
  | { readonly from: number; readonly to: number; readonly initial: number; readonly real?: boolean }

type Value<Rule> = Rule extends { readonly oneOf: readonly (infer Word)[] } ? Word : number

/**
 * Checks the parameters that somebody gave and fills in the defaults.
 * @throws UserError for an unknown name or a value outside its rule
 */
export function readParameters<Rules extends Record<string, ParameterRule>>(
  environmentId: string,
  rules: Rules,
  given: Readonly<Record<string, ParameterValue>> = {},
): { [Name in keyof Rules]: Value<Rules[Name]> } {
  const names = Object.keys(rules)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    throw new UserError(`${environmentId} has no parameter "${name}"`, {
      usage: true,
      remedy: otherNames(name, names, 'its parameters'),
    })
  }
  const entries = Object.entries(rules).map(([name, rule]) => [
    name,
    checked(environmentId, name, rule, given[name]),
  ])
  return Object.fromEntries(entries) as { [Name in keyof Rules]: Value<Rules[Name]> }
}

function checked(
  id: string,
  name: string,
  rule: ParameterRule,
  value: ParameterValue | undefined,
): ParameterValue {
  if ('oneOf' in rule) {
    if (value === undefined) return rule.oneOf[0]!
    if (typeof value === 'string' && rule.oneOf.includes(value)) return value
    throw new UserError(`${id}: parameter "${name}" cannot be ${JSON.stringify(value)}`, {
      usage: true,
      remedy: `choose one of ${rule.oneOf.join(', ')}`,
    })
  }
  if (value === undefined) return rule.initial
  const fits =
    typeof value === 'number' &&
    (rule.real === true || Number.isInteger(value)) &&
    value >= rule.from &&
    value <= rule.to
  if (fits) return value
  throw new UserError(`${id}: parameter "${name}" cannot be ${JSON.stringify(value)}`, {
    usage: true,
    remedy: `give a ${rule.real === true ? 'number' : 'whole number'} from ${rule.from} to ${rule.to}`,
  })
}

/** A value drawn from a continuous distribution as the rule has it: the nearest whole number, within the range. */
export function fitValue(rule: ParameterRule | undefined, value: number): number {
  if (rule === undefined || 'oneOf' in rule) return value
  const near = rule.real === true ? value : Math.round(value)
  return Math.min(rule.to, Math.max(rule.from, near))
}
