/** ML-Agents' own messages and gRPC stub stand in for a Unity build, and we are its trainer. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { observationSize, type SeatAction } from '../../../core/envs/index.ts'
import { Random } from '../../../core/random.ts'
import { UnityEnvironment } from '../../../core/remote/unity/environment.ts'
import { UnityGroup } from '../../../core/remote/unity/group.ts'
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'unity-build',
  row: "Unity builds driven by ML-Agents' protocol",
  venv: 'mlagents-envs',
  packages: ['mlagents-envs', 'grpcio', 'protobuf'],
  run,
}

const EPISODES = 40
const DECISIONS = 5
const BALLS = 4

async function run(context: CheckContext): Promise<string> {
  await context.runPage('Unity')
  const one = await playOne(context)
  const several = await playSeveral(context)
  return `${EPISODES} episodes of one agent, ${one.values} values, ${one.actions} actions exact, masks and PNG pictures among them; ${BALLS} agents that decide at different moments, ${several.episodes} episodes, ${several.values} values exact; resets, silence, several behaviours, goodbye`
}

/** @returns the build, and where it writes what it was told */
function build(context: CheckContext, balls: number): { path: string; told: string } {
  const path = join(context.folder, `balls-${balls}`)
  const told = join(context.folder, `told-${balls}.jsonl`)
  const script = join(import.meta.dirname, '../python/unity-build.py')
  const command = `BALLS=${balls} TOLD='${told}' exec '${context.interpreter}' '${script}' "$@"`
  writeFileSync(`${path}.x86_64`, `#!/bin/sh\n${command}\n`, { mode: 0o755 })
  return { path, told }
}

function observationOf(episode: number, decision: number): number[] {
  const level = 10 * episode + decision
  const camera = [1, 2, 3].flatMap((channel) => Array(24).fill(Math.fround(((channel * level) % 256) / 255)))
  return [episode, decision, Math.fround(0.1), ...camera]
}

function maskOf(decision: number): number[] {
  return [0, 1, 2].map((i) => Number(i !== decision % 3)).concat(1, 1)
}

async function playSeveral(context: CheckContext): Promise<{ episodes: number; values: number }> {
  const { path, told } = build(context, BALLS)
  const group = await UnityGroup.open(path, { behavior: 'Ball' }, { seed: 3, samplers: {} })
  context.expectEqual('seats', group.seats, BALLS)
  const at = Array.from({ length: BALLS }, () => ({ episode: 0, decision: 0, reward: 0 }))
  const random = new Random(1)
  const sent: object[] = []
  let [episodes, values] = [0, 0]
  let actions: SeatAction[] = []
  while (episodes < EPISODES) {
    const moments = await group.advance(actions)
    actions = []
    for (const { seat, began, reward, terminated, truncated, observation, mask } of moments) {
      const ball = at[seat]!
      context.expectEqual('whether an episode begins', began, ball.decision === 0)
      const over = ball.decision === DECISIONS
      const even = ball.episode % 2 === 0
      context.expectEqual(
        'result',
        [reward, terminated, truncated],
        [ball.reward, over && even, over && !even],
      )
      context.expectEqual('observation', Array.from(observation), observationOf(ball.episode, ball.decision))
      values += observation.length + 3
      if (over) {
        at[seat] = { episode: ball.episode + 1, decision: 0, reward: 0 }
        episodes++
        continue
      }
      context.expectEqual('mask', Array.from(mask!), maskOf(ball.decision))
      const continuous = Float32Array.of(random.below(9) / 4 - 1, seat / 8)
      const discrete = Int32Array.of((ball.decision + 1) % 3, random.below(2))
      ball.reward = 0.5 * continuous[0]! + discrete[0]! + 10 * discrete[1]!
      ball.decision++
      actions.push({ seat, continuous, discrete })
      sent.push({ number: seat, continuous: [...continuous], discrete: [...discrete] })
    }
  }
  // What was sent last waits for the message that is not given any more.
  const known = sent.length - actions.length
  group.close()
  const lines = await untilGoodbye(told)
  const received = lines.filter((line) => 'continuous' in line)
  context.expectEqual('actions as the build received them', received, sent.slice(0, known))
  return { episodes, values }
}

async function playOne(context: CheckContext): Promise<{ values: number; actions: number }> {
  const { path, told } = build(context, 1)
  const unity = new UnityEnvironment(path, { behavior: 'Ball', wind: 2 })
  const { spec } = unity
  context.expectEqual(
    'observations',
    spec.observations.map(({ name, shape }) => [name, shape]),
    [
      ['state', [3]],
      ['camera', [3, 4, 6]],
    ],
  )
  context.expectEqual('actions', spec.action, { continuous: 2, discrete: [3, 2], masked: true })
  const observation = new Float32Array(observationSize(spec))
  const mask = new Uint8Array(5)
  const expectState = (episode: number, decision: number) => {
    context.expectEqual('observation', Array.from(observation), observationOf(episode, decision))
  }
  let values = 0
  const actions: object[] = []
  for (let played = 0; played < EPISODES; played++) {
    // One in five is begun anew after two decisions.
    const broken = played % 5 === 4
    unity.reset(played, observation)
    for (let decision = 0; decision < (broken ? 2 : DECISIONS); decision++) {
      expectState(played, decision)
      unity.writeActionMask(mask)
      context.expectEqual('mask', Array.from(mask), maskOf(decision))
      const continuous = Float32Array.of(decision / 8, -0.25)
      const discrete = Int32Array.of((decision + 1) % 3, played % 2)
      actions.push({ number: 0, continuous: [...continuous], discrete: [...discrete] })
      const { reward, terminated, truncated } = unity.step({ continuous, discrete }, observation)
      const over = decision === DECISIONS - 1
      context.expectEqual(
        'result',
        [reward, terminated, truncated],
        [
          0.5 * continuous[0]! + discrete[0]! + 10 * discrete[1]!,
          over && played % 2 === 0,
          over && played % 2 === 1,
        ],
      )
      values += observation.length + 3
    }
  }
  unity.close()
  const lines = await untilGoodbye(told)
  context.expectEqual('greeting', lines[0], { seed: 0, version: '1.5.0' })
  context.expectEqual(
    'actions as the build received them',
    lines.filter((line) => 'continuous' in line),
    actions,
  )
  const others = lines.filter((line) => 'others' in line).map((line) => line.others)
  context.expectEqual('actions of the others', new Set(others.map((other) => JSON.stringify(other))).size, 1)
  context.expectEqual('goodbye', lines.at(-1), { goodbye: 400 })
  return { values, actions: actions.length }
}

async function untilGoodbye(file: string): Promise<Record<string, unknown>[]> {
  for (let tries = 0; ; tries++) {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    if (lines.at(-1)!.includes('goodbye') || tries > 100) return lines.map((line) => JSON.parse(line))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
