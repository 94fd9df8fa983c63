/**
 * Training, playing and opening policies leaves nothing outside the data directory. ONNX Runtime, left alone, writes there what
 * it is going to send to its maker: a number for the machine, and what it knows of each model.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UNDERSTUDY } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'

/** With these it sends nothing anyway, as also where somebody has told it not to. */
const SILENCING = ['CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'ORT_RUNNING_UNIT_TESTS', 'ORT_DISABLE_TELEMETRY']

const CONFIG = `env_settings: { env: basic, num_envs: 2 }
behaviors:
  basic:
    trainer_type: ppo
    max_steps: 256
    hyperparameters: { buffer_size: 128, batch_size: 32 }
    network_settings: { hidden_units: 8, num_layers: 1 }
`

test('what computes leaves no trace of its own and has nothing to send', () => {
  const dir = temporaryDirectory()
  const [home, temp] = ['home', 'temp'].map((name) => join(dir, name)) as [string, string]
  for (const folder of [home, temp]) mkdirSync(folder)
  writeFileSync(join(dir, 'basic.yaml'), CONFIG)
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ HOME: home, USERPROFILE: home, TMPDIR: temp, TEMP: temp },
    // What Node has compiled, which the program asks it to keep.
    NODE_COMPILE_CACHE: join(dir, 'compiled'),
  }
  for (const name of [...SILENCING, 'XDG_CACHE_HOME', 'XDG_DATA_HOME']) delete env[name]

  // In the training process, in the limited one, and in the command's own.
  for (const command of [
    ['train', 'basic.yaml', '--run-id', 'quick'],
    ['agents', 'export', 'quick', '--out', 'quick.onnx'],
    ['agents', 'import', 'quick.onnx', '--env', 'basic', '--name', 'Import'],
    ['evaluate', 'Import', '--episodes', '2'],
    ['evaluate', 'quick', '--episodes', '2'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [UNDERSTUDY, ...command, '--data', 'data'], {
      cwd: dir,
      env,
      encoding: 'utf8',
    })
    expect(status, `${command.join(' ')}: ${stderr}`).toBe(0)
  }
  const left = [home, temp].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  figure('files that computing leaves outside the data directory', left.length, 'files')
  expect(left).toEqual([])
})
