/** What SageMaker puts below /opt/ml, in a folder of the test. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { places } from '../../../core/cluster/sagemaker/container.ts'

export const placesIn = (base: string) => places({ SAGEMAKER_BASE_DIR: base })

export function put(base: string, path: string, content: string | Uint8Array): void {
  const file = join(base, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** As the Python SDK does it: each value as JSON, in a string. */
export function putHyperparameters(base: string, values: Readonly<Record<string, unknown>>): void {
  const encoded = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)])
  put(base, 'input/config/hyperparameters.json', JSON.stringify(Object.fromEntries(encoded)))
}

export function putHosts(base: string, current: string, hosts: readonly string[]): void {
  const resources = { current_host: current, hosts, network_interface_name: 'eth0' }
  put(base, 'input/config/resourceconfig.json', JSON.stringify(resources))
}
