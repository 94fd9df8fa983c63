/** The same jobs and endpoints in a few lines for SageMaker's Python SDK: version 2 has estimators, version 3 trainers. */
import { decoded } from './hyperparameters.ts'
import { checkEndpoint, checkJob, type EndpointWish, type JobWish, waitSeconds } from './requests.ts'

/** Arguments of a call, one a line; those that are undefined are left out. */
type Arguments = Readonly<Record<string, unknown>>

/** Python as it is. */
class Code {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** @throws UserError when SageMaker would refuse it */
export function estimatorFile(wish: JobWish): string {
  checkJob(wish)
  const estimator = call('Estimator', {
    image_uri: wish.image,
    role: wish.role,
    instance_type: wish.instanceType,
    instance_count: wish.instances,
    volume_size: wish.volume,
    max_run: wish.maxSeconds,
    use_spot_instances: wish.spot || undefined,
    max_wait: wish.spot ? waitSeconds(wish) : undefined,
    checkpoint_s3_uri: wish.checkpoints,
    output_path: wish.output,
    hyperparameters: valuesOf(wish),
    metric_definitions: wish.metrics,
  })
  const channels = Object.keys(wish.channels).length === 0 ? 'None' : literal(wish.channels)
  return lines(
    '# for sagemaker 2',
    'from sagemaker.estimator import Estimator',
    '',
    `estimator = ${estimator}`,
    `estimator.fit(${channels}, job_name=${literal(wish.name)})`,
  )
}

/** @throws UserError when SageMaker would refuse it */
export function trainerFile(wish: JobWish): string {
  checkJob(wish)
  const { spot, checkpoints, maxSeconds } = wish
  const channels = Object.entries(wish.channels).map(
    ([channel_name, data_source]) => new Code(call('InputData', { channel_name, data_source }, 2)),
  )
  const trainer = call('ModelTrainer', {
    training_image: wish.image,
    role: wish.role,
    base_job_name: wish.name,
    compute: new Code(
      call(
        'Compute',
        {
          instance_type: wish.instanceType,
          instance_count: wish.instances,
          volume_size_in_gb: wish.volume,
          enable_managed_spot_training: spot || undefined,
        },
        1,
      ),
    ),
    stopping_condition: new Code(
      call(
        'StoppingCondition',
        {
          max_runtime_in_seconds: maxSeconds,
          max_wait_time_in_seconds: spot ? waitSeconds(wish) : undefined,
        },
        1,
      ),
    ),
    checkpoint_config:
      checkpoints === undefined
        ? undefined
        : new Code(call('CheckpointConfig', { s3_uri: checkpoints, local_path: '/opt/ml/checkpoints' }, 1)),
    output_data_config: new Code(call('OutputDataConfig', { s3_output_path: wish.output }, 1)),
    hyperparameters: valuesOf(wish),
    input_data_config: channels.length === 0 ? undefined : channels,
  })
  const metrics = wish.metrics.map(
    ({ Name: name, Regex: regex }) =>
      new Code(`MetricDefinition(name=${literal(name)}, regex=${literal(regex)})`),
  )
  return lines(
    '# for sagemaker 3',
    'from sagemaker.core.shapes import CheckpointConfig, MetricDefinition, OutputDataConfig, StoppingCondition',
    'from sagemaker.core.training.configs import Compute, InputData',
    'from sagemaker.train import ModelTrainer',
    '',
    `trainer = ${trainer}`,
    `trainer.with_metric_definitions(${literal(metrics)})`,
    'trainer.train()',
  )
}

/** @throws UserError when SageMaker would refuse it */
export function modelFile(wish: EndpointWish): string {
  checkEndpoint(wish)
  const { image, model, role, name, instances, instanceType } = wish
  const predictor = call('model.deploy', {
    initial_instance_count: instances,
    instance_type: instanceType,
    endpoint_name: name,
    serializer: new Code('JSONSerializer()'),
    deserializer: new Code('JSONDeserializer()'),
  })
  return lines(
    '# for sagemaker 2',
    'from sagemaker.deserializers import JSONDeserializer',
    'from sagemaker.model import Model',
    'from sagemaker.predictor import Predictor',
    'from sagemaker.serializers import JSONSerializer',
    '',
    `model = ${call('Model', { image_uri: image, model_data: model, role, name, predictor_cls: new Code('Predictor') })}`,
    `predictor = ${predictor}`,
    '# predictor.predict({"observation": [...]})',
    '',
    '# What ends the cost:',
    '# predictor.delete_endpoint()',
    '# model.delete_model()',
  )
}

/** @throws UserError when SageMaker would refuse it */
export function resourcesFile(wish: EndpointWish): string {
  checkEndpoint(wish)
  const { image, model, role, name, instances, instanceType } = wish
  const variant = call(
    'ProductionVariant',
    {
      variant_name: 'AllTraffic',
      model_name: name,
      instance_type: instanceType,
      initial_instance_count: instances,
    },
    1,
  )
  const container = call('ContainerDefinition', { image, model_data_url: model }, 1)
  const made = { model_name: name, execution_role_arn: role, primary_container: new Code(container) }
  const config = { endpoint_config_name: name, production_variants: [new Code(variant)] }
  return lines(
    '# for sagemaker 3',
    'from sagemaker.core.resources import Endpoint, EndpointConfig, Model',
    'from sagemaker.core.shapes import ContainerDefinition, ProductionVariant',
    '',
    `model = ${call('Model.create', made)}`,
    `config = ${call('EndpointConfig.create', config)}`,
    `endpoint = ${call('Endpoint.create', { endpoint_name: name, endpoint_config_name: name })}`,
    'endpoint.wait_for_status("InService")',
    '',
    '# What ends the cost:',
    '# endpoint.delete()',
    '# config.delete()',
    '# model.delete()',
  )
}

/** The SDK encodes them itself. */
function valuesOf({ hyperparameters }: JobWish): Arguments {
  return Object.fromEntries(Object.entries(hyperparameters).map(([name, text]) => [name, decoded(text)]))
}

function call(name: string, given: Arguments, depth = 0): string {
  const indent = '    '.repeat(depth + 1)
  const written = Object.entries(given).filter(([, value]) => value !== undefined)
  const texts = written.map(([key, value]) => `${indent}${key}=${literal(value, depth + 1)},\n`)
  return `${name}(\n${texts.join('')}${'    '.repeat(depth)})`
}

/** As Python writes it. JSON's strings and numbers are Python's, too. */
function literal(value: unknown, depth = 0): string {
  if (value instanceof Code) return value.text
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Array.isArray(value)
    ? value.map((each) => literal(each, depth + 1))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${literal(each, depth + 1)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const indent = '    '.repeat(depth + 1)
  return `${open}\n${entries.map((entry) => `${indent}${entry},\n`).join('')}${'    '.repeat(depth)}${close}`
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`
}
