/**
 * Names that every object of JavaScript has of itself, sent through every door of the command line: they name nothing here.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLibrary } from '../../../core/store/index.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, temporaryDirectory } from '../../store/support.ts'
import { command } from './in-process.ts'

const NAMES = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'isPrototypeOf']

/** NAME stands for each of the names; the exit code is 2 unless another is given. */
const DOORS: readonly (readonly string[] | [code: 0 | 1, ...args: string[]])[] = [
  ['NAME'],
  ['--NAME'],
  ['envs', '--plugin', 'NAME'],
  ['record', '--env', 'NAME'],
  ['record', '--env', 'basic', '--player', 'NAME'],
  ['record', '--env', 'basic', '--seed', 'NAME'],
  ['demos', 'NAME'],
  [0, 'demos', 'list', '--env', 'NAME'],
  [0, 'demos', 'list', '--tag', 'NAME'],
  [0, 'demos', 'list', '--player', 'NAME'],
  ['demos', 'list', '--kind', 'NAME'],
  ['demos', 'show', 'NAME'],
  ['demos', 'tag', 'NAME', '--add', 'x'],
  [1, 'demos', 'import', 'NAME'],
  ['demos', 'import', 'walk.npz', '--env', 'NAME'],
  ['demos', 'import', 'walk.npz', '--actions', 'NAME'],
  ['demos', 'export', '--out', 'x', '--format', 'NAME'],
  ['demos', 'export', '--out', 'x.NAME'],
  ['train', 'NAME'],
  ['train', '--env', 'NAME'],
  ['train', '--env', 'basic', '--algo', 'NAME'],
  ['train', '--env', 'basic', '--preset', 'NAME'],
  ['train', '--env', 'basic', '--preset', 'sac-gail', '--demos', 'NAME'],
  ['train', '--env', 'basic', '--stop-on', 'NAME'],
  ['train', '--env', 'basic', '--stepping', 'NAME'],
  ['train', '--env', 'basic', '--engine', 'NAME'],
  ['train', '--env', 'basic', '--gail-control', 'NAME'],
  [1, 'train', '--env', 'basic', '--preset', 'ppo', '--initialize-from', 'NAME'],
  [1, 'train', '--resume', '--run-id', 'NAME'],
  [1, 'evaluate', 'NAME'],
  ['evaluate', 'random', '--env', 'NAME'],
  [1, 'compare', 'NAME'],
  [1, 'compare', 'NAME@5'],
  [1, 'agents', 'export', 'NAME', '--out', 'x'],
  [1, 'agents', 'delete', 'NAME'],
  [1, 'agents', 'rename', 'NAME', 'x'],
  ['agents', 'import', 'NAME', '--env', 'basic'],
  [1, 'serve', 'NAME'],
  ['serve', '--model', 'NAME', '--env', 'NAME'],
  ['env', 'serve', '--env', 'NAME', '--mlagents-port', '1'],
  ['env', 'launcher', '--env', 'NAME', '--out', 'x'],
  ['env', 'launcher', '--env', 'basic', '--parameter', 'NAME=1', '--out', 'x'],
  ['experiment', 'NAME'],
  ['tune', 'NAME'],
]

const PPO = 'env_settings: { env: basic }\nbehaviors: { basic: { trainer_type: ppo'
const CONFIGS = [
  'NAME: 1',
  `${PPO} } }\nNAME: { a: 1 }`,
  `${PPO}, NAME: 1 } }`,
  `${PPO}, hyperparameters: { NAME: 1 } } }`,
  `${PPO}, network_settings: { NAME: 1 } } }`,
  `${PPO}, network_settings: { network_type: NAME } } }`,
  `${PPO}, network_settings: { network_options: { NAME: 1 } } } }`,
  `${PPO}, network_settings: { vis_encode_type: NAME } } }`,
  `${PPO}, reward_signals: { NAME: { strength: 1 } } } }`,
  `${PPO}, reward_signals: { extrinsic: { NAME: 1 } } } }`,
  `${PPO} } }\nstop: { NAME: 1 }`,
  `${PPO} } }\nstop: { at: NAME }`,
  `${PPO} } }\nengine: NAME`,
  `${PPO} } }\nplugins: [NAME]`,
  `${PPO} } }\ncheckpoint_settings: { NAME: 1 }`,
  `${PPO} } }\nenvironment_parameters: { NAME: 1 }`,
  `${PPO} } }\nenvironment_parameters: { goal: { sampler_type: NAME, sampler_parameters: { value: 1 } } }`,
  'behaviors: { basic: { trainer_type: NAME } }\nenv_settings: { env: basic }',
  'behaviors: { basic: { trainer_type: ppo } }\nenv_settings: { env: NAME }',
  'behaviors: { basic: { trainer_type: ppo } }\nenv_settings: { env: basic, NAME: 1 }',
  'behaviors: { basic: { trainer_type: ppo } }\nenv_settings: { env: basic, parameters: { NAME: 1 } }',
]

const HEAD = 'name: small\ntitle: PPO on Basic\nenv: basic\n'
const COLUMNS = `${HEAD}seeds: [1]\nuntil: max_steps\nmeasure: { held_out: 5, rows_every: 500 }\ncolumns:\n`
const EXPERIMENTS = [
  `${COLUMNS}  - { id: ppo, title: PPO, preset: NAME, max_steps: 1000 }`,
  `${COLUMNS}  - { id: ppo, title: PPO, preset: ppo, max_steps: 1000, NAME: 1 }`,
  `${COLUMNS}  - { id: ppo, title: PPO, preset: ppo, max_steps: 1000, settings: { NAME: 1 } }`,
  `${COLUMNS}  - { id: ppo, title: PPO, preset: ppo, max_steps: 1000, settings: { hyperparameters.NAME: 1 } }`,
  `${COLUMNS.replace('max_steps', 'NAME')}  - { id: ppo, title: PPO, preset: ppo, max_steps: 1000 }`,
]
const SEARCH =
  'search: { trials: 3, rungs: [{ max_steps: 500, seeds: [11], keep: 1 }] }\nverify: { seeds: [1], max_steps: 1500 }'
const TUNINGS = [
  `${HEAD}preset: NAME\nuntil: solved\nspace: { hyperparameters.learning_rate: { uniform: [0.1, 0.2] } }\n${SEARCH}`,
  `${HEAD}preset: ppo\nuntil: solved\nspace: { NAME: { uniform: [0.1, 0.2] } }\n${SEARCH}`,
  `${HEAD}preset: ppo\nuntil: solved\nspace: { hyperparameters.learning_rate: { NAME: [0.1, 0.2] } }\n${SEARCH}`,
]

describe.each(NAMES)('%s names nothing', (name) => {
  it('in any argument', async () => {
    const dir = temporaryDirectory()
    process.chdir(dir)
    for (const [first, ...rest] of DOORS) {
      const code = typeof first === 'number' ? first : 2
      const args = (typeof first === 'number' ? rest : [first!, ...rest]).map((word) =>
        String(word).replace('NAME', name),
      )
      const told = await command([...args, '--data', join(dir, 'data')])
      expect(told.err, args.join(' ')).not.toContain('bug in Understudy')
      expect([args.join(' '), told.code, told.out + told.err !== '']).toEqual([args.join(' '), code, true])
      figure('doors tried with inherited names', 1, 'each')
    }
  })

  it('in any place of a file', async () => {
    const dir = temporaryDirectory()
    process.chdir(dir)
    mkdirSync('data')
    const files: [subcommand: string, texts: readonly string[]][] = [
      ['train', CONFIGS],
      ['experiment', EXPERIMENTS],
      ['tune', TUNINGS],
    ]
    for (const [subcommand, texts] of files) {
      for (const text of texts) {
        writeFileSync('file.yaml', text.replaceAll('NAME', name))
        const told = await command([subcommand, 'file.yaml', '--data', join(dir, 'data')])
        expect(told.err, text).not.toContain('bug in Understudy')
        expect([text, told.code, told.err]).toEqual([text, 2, expect.stringMatching(/^error: /m)])
        figure('doors tried with inherited names', 1, 'each')
      }
    }
  })

  it('and is a word like any other where words are free', async () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    const episode = randomEpisode(1, {
      changes: { player: { name, kind: 'human' }, tags: [name], note: name },
    })
    const [id] = library.importEpisodes([episode]).added
    library.close()
    const { code, out } = await command([
      'demos',
      'list',
      '--player',
      name,
      '--tag',
      name,
      '--data',
      dir,
      '--json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject([{ id, playerName: name, tags: [name], note: name }])
  })
})
