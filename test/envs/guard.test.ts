/** What a plugin's environment gives is looked at where it comes in. */
import { describe, expect, it } from 'vitest'
import { registerGuardedEnvironment } from '../../core/envs/guard.ts'
import { emptyAction, makeEnvironment, type StepResult } from '../../core/envs/index.ts'
import { PluginError } from '../../core/errors.ts'
import { OwnEnd } from '../rollout/own-end.ts'

/** At its third step it does what `wrong` says. */
function register(id: string, wrong: (result: StepResult, observation: Float32Array | null) => void) {
  registerGuardedEnvironment(id, () => {
    const inner = new OwnEnd()
    const { step } = inner
    let steps = 0
    return Object.assign(inner, {
      step: (action: unknown, observation: Float32Array | null) => {
        const result = step.call(inner, action, observation)
        if (++steps === 3) wrong(result, observation)
        return result
      },
    })
  })
  return makeEnvironment(id)
}

describe('the environment of a plugin', () => {
  it.each([
    ['reward', (result: StepResult) => Object.assign(result, { reward: Number.NaN }), 'NaN as reward'],
    [
      'no-reward',
      (result: StepResult) => Object.assign(result, { reward: undefined }),
      'undefined as reward',
    ],
    [
      'observation',
      (_: StepResult, observation: Float32Array | null) => observation?.fill(Number.POSITIVE_INFINITY, 1),
      'Infinity as number 1 of observation "count"',
    ],
  ] as const)('that gives no finite %s is named with step and seed', (name, wrong, said) => {
    const environment = register(`test/wrong-${name}`, wrong)
    const action = emptyAction(environment.spec)
    const observation = new Float32Array(2)
    environment.reset(9, observation)
    for (let step = 0; step < 2; step++) environment.step(action, observation)
    let error: unknown
    try {
      environment.step(action, observation)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(PluginError)
    expect(String(error)).toContain(`your environment test/wrong-${name} gave ${said} at step 3 (seed 9)`)
  })

  it('that went back counts its steps from there', () => {
    const environment = register('test/wrong-restored', (result) =>
      Object.assign(result, { reward: Number.NaN }),
    )
    const action = emptyAction(environment.spec)
    environment.restore(new OwnEnd().snapshot())
    for (let step = 0; step < 2; step++) environment.step(action, null)
    expect(() => environment.step(action, null)).toThrow('gave NaN as reward 3 steps after it was restored')
  })
})
