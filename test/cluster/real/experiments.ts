import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readCells } from '../../../core/experiment/index.ts'
import { course } from '../../experiment/support.ts'
import type { RayCluster } from './ray-cluster.ts'

const EXPERIMENT = `
name: three
env: basic
seeds: [1, 2, 3]
until: max_steps
measure: { held_out: 5, rows_every: 200 }
columns:
  - { id: ppo, preset: ppo, max_steps: 1000 }
  - { id: wide, preset: ppo, max_steps: 1000, settings: { network_settings.hidden_units: 40 } }
  - { id: sac, preset: sac, max_steps: 600 }
`

export function experiments(cluster: () => RayCluster): void {
  it('an experiment of three columns and three seeds comes to the same as here, though whoever began it was killed', async () => {
    await cluster().ensure('one', 'two')
    const file = join(cluster().folder, 'three.yaml')
    writeFileSync(file, EXPERIMENT)
    const directory = (place: string): string => join(cluster().folder, `cells-${place}`)
    const command = (place: string, ...args: string[]): string[] => [
      ...['experiment', file, '--out', directory(place), '--json', ...args],
    ]
    const made = async (place: string, ...args: string[]): Promise<string> => {
      const { code, out, err } = await cluster().understudy(command(place, ...args))
      expect(code, out + err).toBe(0)
      return out
    }
    const cells = async (place: string) =>
      (await readCells(directory(place))).map((cell) => ({ ...course(cell), identity: cell.identity }))
    await made('here')
    const on = ['--on', cluster().address]
    await killed(cluster().startUnderstudy(command('there', ...on)), '"event":"started"')
    await made('there', ...on)
    expect(await cells('here')).toHaveLength(9)
    expect(await cells('there')).toEqual(await cells('here'))
    expect(report(directory('there'))).toBe(report(directory('here')))
    expect(await made('there', ...on)).not.toContain('"event":"started"')
  })
}

/** Once it has printed a text. */
async function killed(child: ChildProcess, text: string): Promise<void> {
  let printed = ''
  child.stdout!.on('data', (piece) => (printed += piece))
  const ended = once(child, 'close')
  while (!printed.includes(text)) {
    expect(child.exitCode, printed).toBeNull()
    await wait(100)
  }
  // Time for jobs to be there.
  await wait(5_000)
  child.kill('SIGKILL')
  await ended
}

/** But for what it says of the time that it took, and of where. */
function report(directory: string): string {
  return readFileSync(join(directory, 'three.md'), 'utf8').replaceAll(
    /^(\| (?:time of a run|samples per second)|Made by).*$/gm,
    '$1',
  )
}
