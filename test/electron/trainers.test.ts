/** A real training process behind the relay: what utility processes do under Electron, forked by Node here. */
import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { type Relay, relay } from '../../core/studio/relayed-fork.ts'
import { TrainerProcesses } from '../../electron/trainers.ts'
import { openStudio } from '../studio/support.ts'

/** The shape of Electron's UtilityProcess over a child process. */
class NodeUtility extends EventEmitter {
  readonly #child: ChildProcess
  readonly stderr: ChildProcess['stderr']

  constructor(module: string) {
    super()
    this.#child = fork(module, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    })
    this.stderr = this.#child.stderr
    this.#child.on('message', (message) => this.emit('message', message))
    this.#child.once('close', (code) => this.emit('exit', code ?? 1))
  }

  postMessage(message: object): void {
    this.#child.send(message)
  }

  kill(): boolean {
    return this.#child.kill('SIGKILL')
  }
}

function relayed(): { host: Relay; main: TrainerProcesses } {
  const main: TrainerProcesses = new TrainerProcesses(
    ((module: string) => new NodeUtility(module)) as never,
    (reply) => host.receive(reply),
  )
  const host: Relay = relay((request) => main.receive(request))
  return { host, main }
}

const yaml = (steps: number) =>
  `behaviors: { basic: { trainer_type: ppo, max_steps: ${steps} } }\nenv_settings: { env: basic, seed: 1 }\n`

test('a run trains to its end through the relay', async () => {
  const { host } = relayed()
  const studio = await openStudio(undefined, { fork: host.fork })
  const run = await studio.page.call('runs.start', { yaml: yaml(2000), runId: 'a', demonstrations: [] })
  expect(run.state).toBe('running')
  const finished = await studio.page.event('run.state', ({ state }) => state !== 'running')
  expect(finished).toMatchObject({ state: 'finished', step: 2000, message: null })
  const { series } = await studio.page.call('runs.metrics', { runId: 'a' })
  expect(series['rollout/score']!.steps.at(-1)).toBe(2000)
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

test('a trainer whose host is gone writes a checkpoint and ends', async () => {
  const { host, main } = relayed()
  const studio = await openStudio(undefined, { fork: host.fork })
  await studio.page.call('runs.start', { yaml: yaml(50_000_000), runId: 'b', demonstrations: [] })
  await studio.page.event('run.progress', ({ step }) => step > 0)
  await main.close()
  host.receive({ kind: 'trainer-exit', id: 1, code: 0, errorOutput: '' })
  await studio.close()
  const again = await openStudio(studio.directory)
  const [agent] = await again.page.call('agents.list', {})
  expect(agent!.checkpoints.at(-1)!.step).toBeGreaterThan(0)
  await again.remove()
})
