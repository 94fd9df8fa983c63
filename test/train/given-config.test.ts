import { describe, expect, it } from 'vitest'
import { readGiven, soundPart } from '../../core/train/given-config.ts'

const noRuns = (_id: string) => false

function taken(text: string, isRun = noRuns) {
  const given = readGiven(text)
  const sound = soundPart(given, given.environment ?? 'basic', isRun)
  const problems = [...given.problems, ...sound.problems].map(
    ({ keys, line, message }) => `${line} ${keys.join('.')}: ${message}`,
  )
  return { ...sound, problems, given }
}

describe('a configuration that is brought', () => {
  it('is taken over as it is when it is sound', () => {
    const { config, problems, given } = taken(`
behaviors:
  Mine:
    trainer_type: ppo
    network_settings: { memory: { sequence_length: 8 } }
env_settings: { env: grid, num_envs: 2 }
checkpoint_settings: { run_id: third }
`)
    expect(problems).toEqual([])
    expect(given.environment).toBe('grid')
    expect(config).toMatchObject({
      environment: 'grid',
      numEnvs: 2,
      runId: 'third',
      behavior: { trainer_type: 'ppo', network_settings: { memory: { sequence_length: 8 } } },
    })
  })

  it('keeps what is sound, and each mistake is told with its line', () => {
    const { config, problems } = taken(`
behaviors:
  My.Behaviour:
    trainer_type: ppo
    max_steps: many
    hyperparameters:
      batch_sise: 32
      learning_rate: 0.002
    reward_signals:
      gial: {}
      extrinsic: { gamma: 2 }
env_settngs: { num_envs: 3 }
`)
    expect(problems).toEqual([
      '12 env_settngs: unknown key',
      '5 behaviors.My.Behaviour.max_steps: must be a number; it is "many"',
      '7 behaviors.My.Behaviour.hyperparameters.batch_sise: unknown key',
      '10 behaviors.My.Behaviour.reward_signals.gial: unknown reward signal "gial"',
      '11 behaviors.My.Behaviour.reward_signals.extrinsic.gamma: must be at most 1; it is 2',
    ])
    expect(config!.behavior.hyperparameters).toMatchObject({ learning_rate: 0.002 })
  })

  it('of an algorithm that nobody knows keeps the rest', () => {
    const { config, problems } = taken(
      'behaviors: { B: { trainer_type: pop, hyperparameters: { beta: 1 }, max_steps: 77 } }',
    )
    expect(problems).toEqual([
      '1 behaviors.B.trainer_type: unknown algorithm "pop"',
      '1 behaviors.B.hyperparameters: there is no trainer_type beside them',
    ])
    expect(config!.behavior.max_steps).toBe(77)
  })

  it('opens no file, wherever it names one', () => {
    const { sections, problems } = taken(`
default_settings: { behavioral_cloning: { demo_path: /home/me/a.demo } }
behaviors:
  A: { trainer_type: sac, reward_signals: { gail: { demo_path: b.demo, strength: 0.3 } } }
  B: { reward_signals: { gail: { demo_path: c.demo } } }
`)
    expect(JSON.stringify(sections)).not.toContain('demo_path')
    expect(problems.filter((problem) => problem.includes('opens no file'))).toHaveLength(2)
    expect(problems).toContainEqual(
      expect.stringMatching(/^4 behaviors\.A.*demo_path: "b\.demo" is not read/),
    )
    expect(problems[0]).toBe('3 behaviors: a run trains one behaviour, and there are 2: A is taken')
    expect(sections.behaviors).toMatchObject({ A: { reward_signals: { gail: { strength: 0.3 } } } })
  })

  it('opens none that stands where nothing is sound either', () => {
    const text = 'behaviors: { A: 3, B: { reward_signals: { gail: { demo_path: c.demo } } } }'
    expect(JSON.stringify(taken(text).sections)).not.toContain('demo_path')
  })

  it('overwrites no run, and begins with the networks of one that is there', () => {
    const text = `
behaviors: { B: { trainer_type: ppo, init_path: first } }
checkpoint_settings: { run_id: second, resume: true, force: true }
`
    const { config, problems } = taken(text, (id) => id === 'first')
    expect(problems).toEqual([
      '3 checkpoint_settings.resume: what is begun here is a new run',
      '3 checkpoint_settings.force: what is begun here is a new run',
    ])
    expect(config).toMatchObject({ force: false, resume: false, initializeFrom: 'first' })
    const anew = taken(text)
    expect(anew.problems).toContain('2 behaviors.B.init_path: there is no run "first" to begin from')
    expect(anew.config!.initializeFrom).toBeNull()
  })

  it('hands out its plugins and loads none', () => {
    const { given, config } = taken('plugins: [./mine.ts]\nbehaviors: { B: { trainer_type: ppo } }')
    expect(given.plugins).toEqual(['./mine.ts'])
    expect(config!.plugins).toEqual([])
  })

  it('may be one of an early ML-Agents', () => {
    const { config, problems } = taken('default: { trainer: ppo, batch_size: 64 }\nBasic: { max_steps: 5e4 }')
    expect(problems).toEqual([])
    expect(config!.behavior).toMatchObject({ max_steps: 50_000, hyperparameters: { batch_size: 64 } })
  })

  it('that is none is refused with the line', () => {
    expect(() => readGiven('behaviors:\n\tB: {}')).toThrow('configuration:2:1: a line begins with a tab')
    expect(() => readGiven('just words')).toThrow('expected sections')
  })
})
