/** What a person's plugin throws is the plugin's error in every command, in worker threads and in the training process. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UNDERSTUDY } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'

const PLUGIN = join(import.meta.dirname, 'broken-plugin.ts')
const SAID = 'TypeError: the coin rolled under the table'

function run(dir: string, breaks: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [UNDERSTUDY, ...args, '--plugin', PLUGIN, '--data', join(dir, 'data')],
    { encoding: 'utf8', cwd: dir, env: { ...process.env, BREAKS: breaks } },
  )
  return { code: status, out: stdout, err: stderr }
}

const PLAY = ['record', '--env', 'broken', '--player', 'random']

describe('what a plugin throws is its own', () => {
  it.each<[breaks: string, args: readonly string[], said: string | RegExp]>([
    ['make', PLAY, `your environment broken cannot be made: ${SAID}`],
    ['reset', PLAY, `your environment broken threw in reset (seed 0): ${SAID}`],
    ['step', PLAY, `your environment broken threw at step 17 (seed 0): ${SAID}`],
    ['nothing', PLAY, 'your environment broken returned undefined at step 1 (seed 0)'],
    ['timer', [...PLAY, '--pace', '10'], /the plugin .*broken-plugin\.ts threw: the coin rolled/],
    [
      'step',
      ['evaluate', 'random', '--env', 'broken'],
      /your environment broken threw at step 17 \(seed \d+\)/,
    ],
    [
      'step',
      ['train', '--env', 'broken', '--algo', 'ppo'],
      /your environment broken threw at step 17 \(seed 1\)/,
    ],
    [
      'snapshot',
      ['train', '--env', 'broken', '--algo', 'ppo'],
      `your environment broken, in snapshot: ${SAID}`,
    ],
    ['algorithm', ['train', 'algorithm.yaml'], `your algorithm broken cannot be made: ${SAID}`],
    ['signal', ['train', 'signal.yaml'], `your reward signal broken cannot be made: ${SAID}`],
  ])('%s: %j', (breaks, args, said) => {
    const dir = temporaryDirectory()
    const top = 'env_settings: { env: broken }\nbehaviors: { broken: { '
    writeFileSync(join(dir, 'algorithm.yaml'), `${top} trainer_type: broken } }\n`)
    writeFileSync(
      join(dir, 'signal.yaml'),
      `${top} trainer_type: ppo, reward_signals: { extrinsic: {}, broken: {} } } }\n`,
    )
    const { code, err } = run(dir, breaks, args)
    expect(err).toMatch(said)
    expect(err).not.toContain('bug in Understudy')
    expect(err).toContain('--verbose')
    expect(err).not.toMatch(/^ +at /m)
    expect(code).toBe(1)
    figure('errors of plugins told as their own', 1, 'each')
  })

  it('and --verbose shows where, from another process too', () => {
    const dir = temporaryDirectory()
    for (const args of [PLAY, ['train', '--env', 'broken', '--algo', 'ppo']]) {
      const { err } = run(dir, 'step', [...args, '--verbose'])
      expect(err).toMatch(/^ +at .*broken-plugin\.ts:\d+/m)
    }
  })

  it('verify counts it as a problem', () => {
    const dir = temporaryDirectory()
    expect(run(dir, '', PLAY).code).toBe(0)
    const { code, out } = run(dir, 'step', ['demos', 'verify', '--env', 'broken'])
    expect(out).toContain('your environment broken threw at step 17 (seed 0)')
    expect(code).toBe(1)
  })
})
