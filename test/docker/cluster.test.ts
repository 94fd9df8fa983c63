/**
 * docker/cluster against what reads it. The fields are those of the Compose specification, of KubeRay's `RayCluster` and `RayJob`
 * (ray.io/v1) and of SkyPilot's tasks that are used here or could be mistaken for them; anything else is refused.
 * `npm run test:interop -- cluster-files` asks Compose's own schema and SkyPilot itself.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { invoke } from '../cli/invoke.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const yaml = (name: string) => parse(read(`docker/cluster/${name}.yaml`), { merge: true })

const RAY = /^ray==(.*)$/m.exec(read('docker/ray.txt'))![1]!
const IMAGE = 'understudy-train:ray'

const words = z.array(z.string())

const service = z.strictObject({
  image: z.literal(IMAGE),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string() }),
  init: z.boolean(),
  shm_size: z.string().regex(/^\d+[mg]b$/),
  read_only: z.literal(true),
  tmpfs: z.string(),
  entrypoint: words,
  command: words,
  ports: words.optional(),
  healthcheck: z
    .strictObject({ test: words, interval: z.string(), timeout: z.string(), retries: z.int() })
    .optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) }))
    .optional(),
  deploy: z.strictObject({ replicas: z.int().positive() }).optional(),
})
const compose = z.strictObject({ 'x-node': z.unknown(), services: z.record(z.string(), service) })

const amounts = z.strictObject({ cpu: z.string().regex(/^\d+$/), memory: z.string().regex(/^\d+Gi$/) })
const container = z.strictObject({
  name: z.string(),
  image: z.literal(IMAGE),
  ports: z.array(z.strictObject({ name: z.string().max(15), containerPort: z.int().max(65_535) })).optional(),
  resources: z.strictObject({ requests: amounts, limits: amounts }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })).optional(),
})
const template = z.strictObject({
  spec: z.strictObject({
    containers: z.tuple([container]),
    volumes: z
      .array(
        z.strictObject({
          name: z.string(),
          persistentVolumeClaim: z.strictObject({ claimName: z.string() }),
        }),
      )
      .optional(),
  }),
})
/** All strings, as the operator makes flags of them. */
const rayStartParams = z.record(z.string(), z.string())
const clusterSpec = z.strictObject({
  rayVersion: z.literal(RAY),
  headGroupSpec: z.strictObject({ rayStartParams, template }),
  workerGroupSpecs: z.tuple([
    z
      .strictObject({
        groupName: z.string(),
        replicas: z.int(),
        minReplicas: z.int(),
        maxReplicas: z.int(),
        rayStartParams,
        template,
      })
      .refine(({ replicas, minReplicas, maxReplicas }) => minReplicas <= replicas && replicas <= maxReplicas),
  ]),
})
const metadata = z.strictObject({ name: z.string().regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/) })
const rayCluster = z.strictObject({
  apiVersion: z.literal('ray.io/v1'),
  kind: z.literal('RayCluster'),
  metadata,
  spec: clusterSpec,
})
const rayJob = z.strictObject({
  apiVersion: z.literal('ray.io/v1'),
  kind: z.literal('RayJob'),
  metadata,
  spec: z.strictObject({
    entrypoint: z.string(),
    runtimeEnvYAML: z.string(),
    shutdownAfterJobFinishes: z.boolean(),
    ttlSecondsAfterFinished: z.int().positive(),
    rayClusterSpec: clusterSpec,
  }),
})
const sky = z.strictObject({
  name: z.string(),
  num_nodes: z.literal(3),
  resources: z.strictObject({ cpus: z.string().regex(/^\d+\+?$/) }),
  setup: z.string(),
  run: z.string(),
})

describe('compose.yaml', () => {
  const { services } = compose.parse(yaml('compose'))

  it('makes a cluster of three nodes from an image that is there', () => {
    const nodes = Object.values(services).map(({ deploy }) => deploy?.replicas ?? 1)
    expect(nodes.reduce((sum, count) => sum + count)).toBe(3)
    for (const { build, entrypoint } of Object.values(services)) {
      expect(read(join('docker/cluster', build.context, build.dockerfile))).toMatch(
        new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'),
      )
      expect(entrypoint.slice(0, 3)).toEqual(['ray', 'start', '--block'])
    }
    expect(services.worker!.entrypoint).toContain('--address=head:6379')
    expect(services.head!.entrypoint).toContain('--port=6379')
  })

  it('lets nobody in from other machines', () => {
    const ports = Object.values(services).flatMap(({ ports }) => ports ?? [])
    expect(ports).toEqual(['127.0.0.1:8265:8265'])
  })
})

describe('the files of KubeRay', () => {
  it('describe a cluster that stands', () => {
    const { spec } = rayCluster.parse(yaml('ray-cluster'))
    expect(spec.headGroupSpec.rayStartParams['dashboard-host']).toBe('0.0.0.0')
  })

  it('describe a run on a cluster of its own, whose library stays', () => {
    const { entrypoint, runtimeEnvYAML, rayClusterSpec } = rayJob.parse(yaml('ray-job')).spec
    const { volumes, containers } = rayClusterSpec.headGroupSpec.template.spec
    const [mount] = containers[0].volumeMounts!
    expect(volumes!.map(({ name }) => name)).toEqual([mount!.name])
    expect(entrypoint).toContain(`--data ${mount!.mountPath}`)
    expect(
      z.strictObject({ env_vars: z.record(z.string(), z.string()) }).parse(parse(runtimeEnvYAML)),
    ).toBeTruthy()
  })
})

describe('sky.yaml', () => {
  it('installs the Ray of the others on three machines', () => {
    expect(sky.parse(yaml('sky')).setup).toContain(`'ray[default]==${RAY}'`)
  })
})

describe('what they say to type', () => {
  it.each(['compose', 'ray-cluster', 'ray-job', 'sky'])('%s has flags that train has', async (name) => {
    const flags = (await invoke('unused', 'train', '--help')).out.match(/--[a-z-]+/g)
    const commands = read(`docker/cluster/${name}.yaml`).match(/understudy train .*(\n {4}--on .*)?/g)!
    const used = commands.flatMap((command) => command.match(/--[a-z-]+/g)!)
    expect(used).toContain('--on')
    expect(flags).toEqual(expect.arrayContaining(used))
  })
})
