/** What docs/guide/experiments.md says is done, command by command. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UNDERSTUDY } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'

const guide = readFileSync('docs/guide/experiments.md', 'utf8')
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]!)

describe('the guide to experiments', () => {
  it('has commands that do what it says', () => {
    const dir = temporaryDirectory()
    for (const yaml of blocks('yaml')) {
      writeFileSync(join(dir, `${/^name: (.*)$/m.exec(yaml)![1]}.yaml`), yaml)
    }
    const commands = blocks('sh').flatMap((block) => block.trim().split('\n'))
    expect(commands.length).toBe(6)
    const outputs = commands.map((command) => {
      const [program, ...args] = command.split(' ')
      expect(program).toBe('understudy')
      const words = [UNDERSTUDY, ...args, '--data', join(dir, 'data')]
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: dir, encoding: 'utf8' })
      expect([command, status, status === 0 ? '' : stderr]).toEqual([command, 0, ''])
      return stdout + stderr
    })
    expect(outputs[2]).toContain('goals: 1 run, 1 of them already done; 1 at once')
    expect(outputs[3]).toContain('PPO, learning_rate 0.0003, num_epoch 4')
    expect(outputs[4]).toMatch(/next: understudy train .*search\.yaml/)
    for (const file of [
      'results/goals.md',
      'results/goals.svg',
      'results/goals.json',
      'results/library/library.db',
    ]) {
      expect([file, existsSync(join(dir, file))]).toEqual([file, true])
    }
  }, 180_000)
})
