import type { LiveRun } from '../client/runs.ts'
import { navigate } from '../route.ts'
import { resumeRun, stopRun } from '../views/train/commands.ts'
import type { Action } from './action.ts'

export function trainingActions(run: LiveRun): readonly Action[] {
  const group = 'Training' as const
  return [
    {
      id: 'train.stop',
      group,
      name: `Stop ${run.name}`,
      enabled: run.state === 'running' && !run.stopping,
      run: () => void stopRun(run),
    },
    {
      id: 'train.resume',
      group,
      name: `Resume ${run.name}`,
      enabled: (run.state === 'stopped' || run.state === 'failed') && run.elsewhere === null,
      run: () => void resumeRun(run),
    },
    {
      id: 'train.compare',
      group,
      name: `Compare ${run.name} with the scripted player`,
      run: () => navigate('compare', { env: run.environmentId, contenders: `scripted,agent:${run.id}` }),
    },
  ]
}
