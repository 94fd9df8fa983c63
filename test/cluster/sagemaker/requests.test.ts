/** The files by which a job and an endpoint are started: shapes as in the service's own model of SageMaker's interface. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { invoke } from '../../cli/invoke.ts'
import { temporaryDirectory } from '../../store/support.ts'

const name = z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
const s3 = z.string().regex(/^s3:\/\/([^/]+)\/?(.*)$/)
const role = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/)
const metrics = z
  .array(z.strictObject({ Name: z.string().min(1).max(255), Regex: z.string().min(1).max(500) }))
  .min(1)
  .max(40)

const createTrainingJob = z.strictObject({
  TrainingJobName: name,
  RoleArn: role,
  AlgorithmSpecification: z.strictObject({
    TrainingImage: z.string().max(255),
    TrainingInputMode: z.literal('File'),
    MetricDefinitions: metrics,
  }),
  HyperParameters: z.record(z.string().max(256), z.string().max(2500)),
  InputDataConfig: z.array(
    z.strictObject({
      ChannelName: z
        .string()
        .regex(/^[A-Za-z0-9.\-_]+$/)
        .max(64),
      DataSource: z.strictObject({
        S3DataSource: z.strictObject({
          S3DataType: z.literal('S3Prefix'),
          S3Uri: s3,
          S3DataDistributionType: z.literal('FullyReplicated'),
        }),
      }),
    }),
  ),
  OutputDataConfig: z.strictObject({ S3OutputPath: s3 }),
  ResourceConfig: z.strictObject({
    InstanceType: z.string().startsWith('ml.'),
    InstanceCount: z.int().min(1),
    VolumeSizeInGB: z.int().min(1),
  }),
  StoppingCondition: z
    .strictObject({ MaxRuntimeInSeconds: z.int(), MaxWaitTimeInSeconds: z.int() })
    .refine(({ MaxRuntimeInSeconds: runs, MaxWaitTimeInSeconds: waits }) => waits >= runs),
  EnableManagedSpotTraining: z.literal(true),
  CheckpointConfig: z.strictObject({ S3Uri: s3 }),
})

const COMMON = [
  ...['--image', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/understudy:1'],
  ...['--role', 'arn:aws:iam::123456789012:role/sagemaker'],
]
const TRAINED = ['--hyperparameter', 'env=basic', '--hyperparameter', 'gail=true']
const PLAIN_JOB = ['sagemaker', 'job', ...COMMON, '--output', 's3://bucket/results']
const JOB = [...PLAIN_JOB, ...TRAINED]
const SPOT = ['--spot', '--checkpoints', 's3://bucket/kept', '--channel', 'demonstrations=s3://bucket/demos']
const ENDPOINT = [
  'sagemaker',
  'endpoint',
  ...COMMON,
  '--name',
  'walker',
  '--model',
  's3://bucket/model.tar.gz',
]

describe('sagemaker job', () => {
  it('writes a request in the form that the aws command takes', async () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'job.json')
    const { code, out } = await invoke(dir, ...JOB, ...SPOT, '--max-time', '2h', '--out', file)
    expect([code, out]).toEqual([0, `aws sagemaker create-training-job --cli-input-json file://${file}\n`])
    const job = createTrainingJob.parse(JSON.parse(readFileSync(file, 'utf8')))
    expect(job.TrainingJobName).toMatch(/^basic-ppo-\d{8}T\d{6}$/)
    expect(job.HyperParameters).toEqual({ env: 'basic', gail: 'true' })
    expect(job.StoppingCondition).toEqual({ MaxRuntimeInSeconds: 7200, MaxWaitTimeInSeconds: 10_800 })
    expect(job.AlgorithmSpecification.MetricDefinitions.map(({ Name }) => Name)).toContain('gail/loss')
    const alone = await invoke(dir, 'sagemaker', 'metrics', ...TRAINED, '--out', '-')
    expect(metrics.parse(JSON.parse(alone.out))).toEqual(job.AlgorithmSpecification.MetricDefinitions)
  })

  it('hands a configuration on, which must not be too long', async () => {
    const dir = temporaryDirectory()
    const config = join(dir, 'mine.yaml')
    const text = 'behaviors: {B: {trainer_type: sac}}\nenv_settings: {env: basic}\n'
    writeFileSync(config, text)
    const job = [...PLAIN_JOB, '--config', config, '--out', '-']
    const { out } = await invoke(dir, ...job)
    expect(JSON.parse(out)).toMatchObject({ HyperParameters: { config: text } })
    writeFileSync(config, `${text}# ${'a'.repeat(2500)}`)
    expect(await invoke(dir, ...job)).toMatchObject({
      code: 1,
      err: /longer than 2500 characters\n +copy the configuration to S3, and add --channel config=/,
    })
    const copied = await invoke(dir, ...job, '--channel', 'config=s3://bucket/config')
    expect(JSON.parse(copied.out)).toMatchObject({ HyperParameters: {} })
  })

  it('writes the same for both versions of the Python SDK', async () => {
    const dir = temporaryDirectory()
    const written = async (version: string) => {
      const { out } = await invoke(dir, ...JOB, ...SPOT, '--for', version, '--name', 'mine', '--out', '-')
      return out
    }
    const estimator = await written('sdk-v2')
    expect(estimator).toContain('from sagemaker.estimator import Estimator\n')
    expect(estimator).toContain('        "gail": True,\n')
    expect(estimator).toContain('    use_spot_instances=True,\n    max_wait=90000,\n')
    expect(estimator).toMatch(
      /\nestimator\.fit\(\{\n {4}"demonstrations": "s3:\/\/bucket\/demos",\n\}, job_name="mine"\)\n$/,
    )
    const trainer = await written('sdk-v3')
    expect(trainer).toContain('from sagemaker.train import ModelTrainer\n')
    expect(trainer).toContain('enable_managed_spot_training=True')
    expect(trainer).toContain('MetricDefinition(name="gail/loss", regex="; gail/loss=')
    expect(trainer).toMatch(/\ntrainer\.train\(\)\n$/)
  })

  it.each([
    ['a spot job that is interrupted would begin again from nothing', 2, [...JOB, '--spot']],
    ['nothing is known of a channel "demos"', 2, [...JOB, '--channel', 'demos=s3://bucket/a']],
    ['train: "bucket/a" is no place in S3', 2, [...JOB, '--channel', 'train=bucket/a']],
    ['"my_job" cannot be a name in SageMaker', 2, [...JOB, '--name', 'my_job']],
    ['there is no hyperparameter "sede"', 1, [...JOB, '--hyperparameter', 'sede=3']],
    ['--for must be aws, sdk-v2 or sdk-v3', 2, [...JOB, '--for', 'sdk']],
    ['"somebody" is not the ARN of a role', 2, ENDPOINT.with(5, 'somebody')],
  ])('%s', async (message, code, args) => {
    const dir = temporaryDirectory()
    const result = await invoke(dir, ...args, '--out', join(dir, 'job.json'))
    expect(result.err).toContain(`error: ${message}`)
    expect(result.code).toBe(code)
  })
})

describe('sagemaker endpoint', () => {
  it('writes its three requests, and says how to begin and how to end it', async () => {
    const dir = temporaryDirectory()
    const { out } = await invoke(dir, ...ENDPOINT, '--out', join(dir, 'walker.json'))
    const read = (file: string) => JSON.parse(readFileSync(join(dir, file), 'utf8'))
    expect(read('walker-model.json')).toEqual({
      ModelName: 'walker',
      ExecutionRoleArn: COMMON[3],
      PrimaryContainer: { Image: COMMON[1], ModelDataUrl: 's3://bucket/model.tar.gz' },
    })
    expect(read('walker-config.json')).toEqual({
      EndpointConfigName: 'walker',
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: 'walker',
          InstanceType: 'ml.c7i.xlarge',
          InitialInstanceCount: 1,
        },
      ],
    })
    expect(read('walker.json')).toEqual({ EndpointName: 'walker', EndpointConfigName: 'walker' })
    expect(out.match(/^aws sagemaker [\w-]+/gm)).toEqual(
      ['create-model', 'create-endpoint-config', 'create-endpoint', 'wait']
        .concat(['delete-endpoint', 'delete-endpoint-config', 'delete-model'])
        .map((operation) => `aws sagemaker ${operation}`),
    )
  })

  it('writes them for both versions of the Python SDK', async () => {
    const dir = temporaryDirectory()
    const two = await invoke(dir, ...ENDPOINT, '--for', 'sdk-v2', '--out', '-')
    expect(two.out).toMatch(/\n# predictor\.delete_endpoint\(\)\n/)
    const three = await invoke(dir, ...ENDPOINT, '--for', 'sdk-v3', '--out', '-')
    expect(three.out).toMatch(/\nendpoint\.wait_for_status\("InService"\)\n[\s\S]*# endpoint\.delete\(\)\n/)
  })
})
