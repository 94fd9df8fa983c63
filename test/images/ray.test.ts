/** The cluster of docker/cluster/compose.yaml, each of its services as it stands there, on a network of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { Machines } from '../cluster/real/machines.ts'
import { figure } from '../figures.ts'
import { Container, type RunOptions } from './container.ts'
import { needsImages, secondsSince } from './support.ts'
import { root, sh } from './tools.ts'

needsImages()

interface Service {
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly tmpfs: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly deploy?: { readonly replicas: number }
}

const services: Record<'head' | 'worker', Service> = parse(
  readFileSync(join(root, 'docker/cluster/compose.yaml'), 'utf8'),
  { merge: true },
).services

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'understudy-ray-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** @returns the head, and all nodes once they are there */
async function startCluster(): Promise<{ nodes: Container[]; beside: RunOptions }> {
  const workers = Array.from(Array(services.worker.deploy!.replicas), (_, i) => `worker${i}`)
  const machines = new Machines(['head', ...workers])
  onTestFinished(() => machines.close())
  // As in Docker's networks there is a way out, by which Ray finds the address that it goes by; here it leads nowhere.
  const on = (name: string): RunOptions => {
    const space = machines.space(name)
    sh('ip', ['-n', space, 'route', 'replace', 'default', 'dev', 'eth0'])
    return { namespace: `/run/netns/${space}`, hosts: `/etc/netns/${space}/hosts` }
  }
  const start = ({ entrypoint, command, tmpfs }: Service, name: string) =>
    new Container('train-ray', { ...on(name), entrypoint, command, runsFromTmp: tmpfs === '/tmp:exec' })
  const head = start(services.head, 'head')
  const [, ...check] = services.head.healthcheck!.test
  while (head.execute(...check).status !== 0) {
    if (head.process.exitCode !== null) throw new Error(head.printed)
    await setTimeout(200)
  }
  const others = workers.map((name) => start(services.worker, name))
  await Promise.all(others.map((worker) => worker.line(/Ray runtime started/)))
  return { nodes: [head, ...others], beside: on('head') }
}

it('three nodes train a run, the same as one machine does, and end at SIGTERM', async () => {
  const began = performance.now()
  const { nodes, beside } = await startCluster()
  figure('seconds until three nodes are there', secondsSince(began), 's')
  const policyOf = async (options: RunOptions, ...more: string[]) => {
    const data = folder()
    const command = [
      'train',
      '--env',
      'basic',
      '--algo',
      'ppo',
      '--max-steps',
      '2000',
      '--seed',
      '1',
      '--run-id',
      'far',
    ]
    const run = new Container('train', {
      ...options,
      entrypoint: ['understudy'],
      volumes: { '/data': data },
      command: [...command, '--workers', '2', ...more],
    })
    expect(await run.ended(), run.printed).toBe(0)
    return readFileSync(join(data, 'runs/far/agent.onnx'))
  }
  const sent = performance.now()
  const far = await policyOf(beside, '--on', 'http://127.0.0.1:8265')
  figure('seconds of a run of 2,000 steps on them', secondsSince(sent), 's')
  expect(far.equals(await policyOf({}))).toBe(true)
  for (const node of nodes.reverse()) {
    node.signal('TERM')
    // Ray says 1; 137 would be what a container says that had to be killed.
    expect(await node.ended()).toBe(1)
  }
})
