/**
 * Requests by which a person starts a job or an endpoint of SageMaker, in the words of its interface: `aws sagemaker ...
 * --cli-input-json` takes them as they are. Nothing is sent from here.
 */
import { UserError } from '../../errors.ts'
import type { MetricDefinition } from './metrics.ts'

export interface JobWish {
  readonly name: string
  readonly image: string
  /** ARN of the role that the job acts as. */
  readonly role: string
  /** In S3. */
  readonly output: string
  readonly hyperparameters: Readonly<Record<string, string>>
  /** In S3, by name. */
  readonly channels: Readonly<Record<string, string>>
  readonly metrics: readonly MetricDefinition[]
  readonly instanceType: string
  readonly instances: number
  /** GB of disk. */
  readonly volume: number
  readonly maxSeconds: number
  /** In S3; undefined for a job that need not outlast an interruption. */
  readonly checkpoints?: string | undefined
  readonly spot: boolean
}

export interface EndpointWish {
  readonly name: string
  readonly image: string
  readonly role: string
  /** model.tar.gz in S3. */
  readonly model: string
  readonly instanceType: string
  readonly instances: number
}

/** What a spot job may wait for instances beside its own time. */
const SPOT_WAIT_SECONDS = 3_600
const MOST_HYPERPARAMETERS = 100
const MOST_VALUE_CHARACTERS = 2_500

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@/-]+$/
const S3 = /^s3:\/\/[^/]+(\/.*)?$/

/** Body of CreateTrainingJob. @throws UserError when SageMaker would refuse it */
export function trainingJob(wish: JobWish): Readonly<Record<string, unknown>> {
  checkJob(wish)
  const { channels, checkpoints, spot, maxSeconds } = wish
  return {
    TrainingJobName: wish.name,
    RoleArn: wish.role,
    AlgorithmSpecification: {
      TrainingImage: wish.image,
      TrainingInputMode: 'File',
      MetricDefinitions: wish.metrics,
    },
    HyperParameters: wish.hyperparameters,
    ...(Object.keys(channels).length > 0 && {
      InputDataConfig: Object.entries(channels).map(([ChannelName, S3Uri]) => ({
        ChannelName,
        DataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', S3Uri, S3DataDistributionType: 'FullyReplicated' },
        },
      })),
    }),
    OutputDataConfig: { S3OutputPath: wish.output },
    ResourceConfig: {
      InstanceType: wish.instanceType,
      InstanceCount: wish.instances,
      VolumeSizeInGB: wish.volume,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxSeconds,
      ...(spot && { MaxWaitTimeInSeconds: waitSeconds(wish) }),
    },
    ...(spot && { EnableManagedSpotTraining: true }),
    ...(checkpoints !== undefined && { CheckpointConfig: { S3Uri: checkpoints } }),
  }
}

/** Of the whole job, waiting and training. */
export function waitSeconds({ maxSeconds }: JobWish): number {
  return maxSeconds + SPOT_WAIT_SECONDS
}

/** @throws UserError when SageMaker would refuse it */
export function checkJob(wish: JobWish): void {
  const { hyperparameters, channels, checkpoints, spot } = wish
  checkName(wish.name)
  checkRole(wish.role)
  for (const [what, uri] of Object.entries({ output: wish.output, checkpoints, ...channels })) {
    if (uri !== undefined) checkS3(what, uri)
  }
  if (spot && checkpoints === undefined) {
    throw new UserError('a spot job that is interrupted would begin again from nothing', {
      usage: true,
      remedy: 'say with --checkpoints where its checkpoints are kept',
    })
  }
  const count = Object.keys(hyperparameters).length
  if (count > MOST_HYPERPARAMETERS) {
    throw new UserError(`SageMaker takes ${MOST_HYPERPARAMETERS} hyperparameters, not ${count}`, {
      remedy: 'put a configuration into the channel "config"',
    })
  }
  const long = Object.keys(hyperparameters).find(
    (name) => hyperparameters[name]!.length > MOST_VALUE_CHARACTERS,
  )
  if (long === undefined) return
  throw new UserError(`the hyperparameter ${long} is longer than ${MOST_VALUE_CHARACTERS} characters`, {
    remedy: 'copy the configuration to S3, and add --channel config=s3://BUCKET/FOLDER',
  })
}

export interface EndpointRequests {
  readonly model: Readonly<Record<string, unknown>>
  readonly config: Readonly<Record<string, unknown>>
  readonly endpoint: Readonly<Record<string, unknown>>
}

/** Bodies of CreateModel, CreateEndpointConfig and CreateEndpoint. @throws UserError when SageMaker would refuse one */
export function endpointRequests(wish: EndpointWish): EndpointRequests {
  checkEndpoint(wish)
  const { name } = wish
  return {
    model: {
      ModelName: name,
      ExecutionRoleArn: wish.role,
      PrimaryContainer: { Image: wish.image, ModelDataUrl: wish.model },
    },
    config: {
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: name,
          InstanceType: wish.instanceType,
          InitialInstanceCount: wish.instances,
        },
      ],
    },
    endpoint: { EndpointName: name, EndpointConfigName: name },
  }
}

/** @throws UserError when SageMaker would refuse it */
export function checkEndpoint({ name, role, model }: EndpointWish): void {
  checkName(name)
  checkRole(role)
  checkS3('model', model)
}

function checkName(name: string): void {
  if (NAME.test(name)) return
  throw new UserError(`"${name}" cannot be a name in SageMaker`, {
    usage: true,
    remedy: 'use up to 63 letters, digits and single dashes',
  })
}

function checkRole(role: string): void {
  if (ROLE.test(role)) return
  throw new UserError(`"${role}" is not the ARN of a role`, {
    usage: true,
    remedy: 'it looks like arn:aws:iam::123456789012:role/NAME',
  })
}

function checkS3(what: string, uri: string): void {
  if (S3.test(uri)) return
  throw new UserError(`${what}: "${uri}" is no place in S3`, {
    usage: true,
    remedy: 'it looks like s3://BUCKET/FOLDER',
  })
}
