/**
 * Owns something that hangs, and waits to be killed: `hanging-owner.ts pipes|build PROGRAM` starts a program as an environment,
 * `hanging-owner.ts trainer DIR` trains in an environment that never answers its third step, and leaves process ids in DIR.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { admitEnvironment } from '../../../core/envs/index.ts'
import '../../../core/remote/index.ts'
import { open } from '../../../core/remote/process-peer.ts'
import { BuildProcess } from '../../../core/remote/unity/process.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { forkNode } from '../../../core/train/fork.ts'
import { resolveConfig, startRun } from '../../../core/train/index.ts'

const [how, what] = process.argv.slice(2) as [string, string]

async function train(dir: string): Promise<void> {
  const python = join(dir, 'python3')
  const fake = join(import.meta.dirname, '../../remote/fake-python.js')
  writeFileSync(
    python,
    `#!/bin/sh\necho $$ > '${join(dir, 'python')}'\nexec '${process.execPath}' '${fake}'\n`,
    {
      mode: 0o755,
    },
  )
  process.env.UNDERSTUDY_PYTHON = python
  const config = resolveConfig({
    behaviors: { basic: { trainer_type: 'ppo', network_settings: { hidden_units: 16, num_layers: 1 } } },
    env_settings: { env: 'gym:Count-v0', parameters: { hang: 3 }, num_envs: 1 },
    checkpoint_settings: { run_id: 'run' },
  })
  admitEnvironment('gym:Count-v0', { hang: 3 })
  // Less patience than for a checkpoint that is being written.
  const run = await startRun({
    library: openLibrary(dir),
    config,
    demonstrations: [],
    fork: () => forkNode(1),
  })
  writeFileSync(join(dir, 'trainer'), `${run.row.pid}\n`)
}

if (how === 'trainer') await train(what)
else if (how === 'build') {
  const options = { name: 'game', executable: what, port: 1, noGraphics: true }
  await BuildProcess.start(options, (error) => console.error(error.message))
} else {
  const missing = { message: 'it is not there', remedy: 'none' }
  await open({ name: 'game', command: what, arguments: [], missing })
}
setInterval(() => {}, 60_000)
