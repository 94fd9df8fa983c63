/** An owner to be killed: starts an endless run and prints the process id of its trainer at the first checkpoint. */
import { openLibrary } from '../../core/store/index.ts'
import { resolveConfig } from '../../core/train/config.ts'
import { startRun } from '../../core/train/start-run.ts'

const library = openLibrary(process.argv[2]!)
const config = resolveConfig({
  behaviors: {
    basic: {
      trainer_type: 'ppo',
      hyperparameters: { batch_size: 32, buffer_size: 128 },
      network_settings: { hidden_units: 16, num_layers: 1 },
      max_steps: 100_000_000,
      summary_freq: 100,
      checkpoint_interval: 500,
    },
  },
  // An episode ends in every summary, so that each has a score.
  env_settings: { env: 'basic', num_envs: 4, seed: 3, parameters: { max_steps: 20 } },
  checkpoint_settings: { run_id: 'orphan' },
})
const run = await startRun({ library, config, demonstrations: [] })
run.on('checkpoint', ({ step }) => {
  if (step === 500) console.log(run.row.pid)
})
