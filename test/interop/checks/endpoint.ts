/** Clients that are not ours ask the endpoint: curl in JSON, Python's msgpack in msgpack. */
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'endpoint',
  row: 'Agents out: the prediction endpoint',
  venv: 'runtime',
  packages: ['msgpack'],
  seconds: 600,
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('ONNX')
  const [printed = ''] = await context.runPage('The prediction endpoint')
  const [ping, single, several, packed] = printed.trim().split('\n') as [string, string, string, string]
  context.expectEqual('/ping', JSON.parse(ping).environment, 'basic')
  context.expectEqual('one action', JSON.parse(single), { action: { discrete: [2] } })
  context.expectEqual('two actions', JSON.parse(several), { actions: [{ discrete: [2] }, { discrete: [2] }] })
  context.expectEqual('msgpack', packed, "{'action': {'discrete': [2]}}")
  return 'ping, one observation and two in JSON by curl, one in msgpack by Python; SIGTERM ends it with 0'
}
