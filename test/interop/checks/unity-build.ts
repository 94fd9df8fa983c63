/** ML-Agents' own messages and gRPC stub stand in for a Unity build, and we are its trainer. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { observationSize } from '../../../core/envs/index.ts'
import { UnityEnvironment } from '../../../core/remote/unity/environment.ts'
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

async function run(context: CheckContext): Promise<string> {
  await context.runPage('Unity')
  const told = join(context.folder, 'told.jsonl')
  const script = join(import.meta.dirname, '../python/unity-build.py')
  writeFileSync(
    join(context.folder, 'ball.x86_64'),
    `#!/bin/sh\nTOLD='${told}' exec '${context.interpreter}' '${script}' "$@"\n`,
    { mode: 0o755 },
  )
  const unity = new UnityEnvironment(join(context.folder, 'ball'), {
    behavior: 'Ball',
    idle_others: true,
    wind: 2,
  })
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
    const level = 10 * episode + decision
    const camera = [1, 2, 3].flatMap((channel) =>
      Array(24).fill(Math.fround(((channel * level) % 256) / 255)),
    )
    context.expectEqual('observation', Array.from(observation), [
      episode,
      decision,
      Math.fround(0.1),
      ...camera,
    ])
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
      context.expectEqual(
        'mask',
        Array.from(mask),
        [0, 1, 2].map((i) => Number(i !== decision % 3)).concat(1, 1),
      )
      const continuous = Float32Array.of(decision / 8, -0.25)
      const discrete = Int32Array.of((decision + 1) % 3, played % 2)
      actions.push({ continuous: [...continuous], discrete: [...discrete] })
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
  return `${EPISODES} episodes, ${values} values, ${actions.length} actions exact, masks and PNG pictures among them; resets, silence, several behaviours, goodbye`
}

async function untilGoodbye(file: string): Promise<Record<string, unknown>[]> {
  for (let tries = 0; ; tries++) {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    if (lines.at(-1)!.includes('goodbye') || tries > 100) return lines.map((line) => JSON.parse(line))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
