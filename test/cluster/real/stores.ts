import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HEAD, type RayCluster } from './ray-cluster.ts'
import { library, outcome, train } from './runs.ts'

const RUN = '--env basic --algo sac --seed 2 --max-steps 600 --num-envs 2'
const S3_PORT = 5555
const SMALL = 'small'

/** A folder that is soon full, made before the machines see anything. @returns what takes it away */
export function makeSmall(folder: string): () => void {
  const small = join(folder, SMALL)
  mkdirSync(small)
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`mount: ${stderr}`)
  return () => void spawnSync('umount', [small])
}

export function stores(cluster: () => RayCluster): void {
  const on = (store: string): string[] => ['--on', cluster().address, '--store', store]

  describe('what a run has made is kept', () => {
    it('in a folder that all machines see', async () => {
      const shared = join(cluster().folder, 'shared')
      mkdirSync(shared)
      const store = pathToFileURL(shared).href
      const there = await train(cluster(), 'shared-run', `${RUN} ${on(store).join(' ')}`)
      expect(there).toEqual(await train(cluster(), 'no-store', RUN))
      expect(readdirSync(join(shared, 'run/checkpoints'))).toEqual(
        readdirSync(join(library(cluster(), 'shared-run'), 'runs/run/checkpoints')),
      )
    })

    it('in a bucket, from where a run is resumed whose replay buffer never came home', async () => {
      const store = await bucket(cluster())
      await train(cluster(), 'bucket-run', `${RUN} ${on(store).join(' ')}`)
      const checkpoints = join(library(cluster(), 'bucket-run'), 'runs/run/checkpoints')
      rmSync(join(checkpoints, readdirSync(checkpoints).find((name) => name.endsWith('.replay'))!))
      const resume = ['train', '--run-id', 'run', '--resume', '--max-steps', '1000', ...on(store)]
      const { code, err } = await cluster().understudy([
        ...resume,
        '--data',
        library(cluster(), 'bucket-run'),
      ])
      expect(code, err).toBe(0)
      const whole = await train(cluster(), 'whole', RUN.replace('600', '1000'))
      expect(outcome(cluster(), 'bucket-run').policy).toBe(whole.policy)
    })

    it('nowhere when the store is full, and the run says so', async () => {
      const store = pathToFileURL(join(cluster().folder, SMALL)).href
      const command = ['train', ...RUN.split(' '), ...on(store)]
      const { code, err } = await cluster().understudy([...command, '--data', library(cluster(), 'full')])
      expect(code).toBe(1)
      expect(err).toMatch(/small.*(full|no space)/)
    })
  })
}

/** A server of buckets on the head's machine. */
async function bucket(cluster: RayCluster): Promise<string> {
  const host = cluster.machines.address(HEAD)
  const server = cluster.startProgram(HEAD, ['moto_server', '-H', host, '-p', String(S3_PORT)])
  onTestFinished(() => void server.kill())
  for (;;) {
    const url = `http://${host}:${S3_PORT}/runs`
    const asked =
      "fetch(process.argv[1], { method: 'PUT' }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
    const { code } = await cluster.machines.run(HEAD, [process.execPath, '-e', asked, url], {})
    if (code === 0) break
    expect(server.exitCode).toBeNull()
    await wait(500)
  }
  return `s3://runs/here?endpoint_override=${host}:${S3_PORT}&scheme=http`
}
