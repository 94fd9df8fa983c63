/** What starts clusters takes the files that we have for it. KubeRay's operator is no package of Python's: test/docker/cluster.test.ts. */
import { join } from 'node:path'
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'cluster-files',
  row: 'Compose file and SkyPilot task of a Ray cluster',
  venv: 'clusters',
  packages: ['docker-compose', 'skypilot', 'jsonschema'],
  seconds: 180,
  run,
}

const FOLDER = join(import.meta.dirname, '../../../docker/cluster')

async function run(context: CheckContext): Promise<string> {
  // It tells its makers what it is used for otherwise.
  context.env.SKYPILOT_DISABLE_USAGE_COLLECTION = '1'
  const task = await context.python<{ name: string; nodes: number }>('cluster-files.py', [FOLDER])
  context.expectEqual('the task', task, { name: 'understudy', nodes: 3 })
  return `compose.yaml by the schema of Compose, sky.yaml by SkyPilot's Task: ${task.nodes} nodes`
}
