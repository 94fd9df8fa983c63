/**
 * The messages of ML-Agents' communicator (package `communicator_objects`, proto3) as a protobuf schema: what a trainer and a
 * Unity build say to each other, and what a `.demo` file holds. Field numbers are those of communication API 1.5.0; the
 * fields that later versions have reserved are left out, but for two that tell the age of a `.demo`.
 */
import protobuf from 'protobufjs/light.js'

/** 'float[]' is a repeated float, 'map<X>' a map from strings to X. */
type Field = readonly [type: string, id: number]

function field([type, id]: Field): protobuf.IField | protobuf.IMapField {
  if (type.startsWith('map<')) return { keyType: 'string', type: type.slice(4, -1), id }
  return type.endsWith('[]') ? { type: type.slice(0, -2), id, rule: 'repeated' } : { type, id }
}

function message(fields: Readonly<Record<string, Field>>, oneofs?: protobuf.IType['oneofs']): protobuf.IType {
  const entries = Object.entries(fields).map(([name, numbered]) => [name, field(numbered)])
  return { fields: Object.fromEntries(entries), ...(oneofs && { oneofs }) }
}

const packageOfMessages = {
  edition: 'proto3',
  nested: {
    Message: message({ header: ['Header', 1], output: ['Output', 2], input: ['Input', 3] }),
    Header: message({ status: ['int32', 1], message: ['string', 2] }),
    Input: message({ rl: ['RlInput', 1], initialization: ['InitializationInput', 2] }),
    Output: message({ rl: ['RlOutput', 1], initialization: ['InitializationOutput', 2] }),
    InitializationInput: message({
      seed: ['int32', 1],
      communicationVersion: ['string', 2],
      packageVersion: ['string', 3],
      capabilities: ['Capabilities', 4],
      areas: ['int32', 5],
    }),
    InitializationOutput: message({
      name: ['string', 1],
      communicationVersion: ['string', 2],
      logPath: ['string', 3],
      brainParameters: ['BrainParameters[]', 5],
      packageVersion: ['string', 7],
      capabilities: ['Capabilities', 8],
    }),
    Capabilities: message({
      base: ['bool', 1],
      concatenatedPng: ['bool', 2],
      channelMapping: ['bool', 3],
      hybridActions: ['bool', 4],
      trainingAnalytics: ['bool', 5],
      variableLength: ['bool', 6],
      agentGroups: ['bool', 7],
    }),
    RlInput: message({
      agentActions: ['map<AgentActions>', 1],
      command: ['int32', 4],
      sideChannel: ['bytes', 5],
    }),
    RlOutput: message({ agentInfos: ['map<AgentInfos>', 2], sideChannel: ['bytes', 3] }),
    AgentActions: message({ value: ['AgentAction[]', 1] }),
    AgentInfos: message({ value: ['AgentInfo[]', 1] }),
    AgentAction: message({
      vectorActions: ['float[]', 1],
      value: ['float', 4],
      continuous: ['float[]', 6],
      discrete: ['int32[]', 7],
    }),
    AgentInfo: message({
      reward: ['float', 7],
      done: ['bool', 8],
      maxStepReached: ['bool', 9],
      id: ['int32', 10],
      actionMask: ['bool[]', 11],
      observations: ['Observation[]', 13],
      groupId: ['int32', 14],
      groupReward: ['float', 15],
    }),
    Observation: message(
      {
        shape: ['int32[]', 1],
        compression: ['int32', 2],
        compressedData: ['bytes', 3],
        floatData: ['FloatData', 4],
        channelMapping: ['int32[]', 5],
        dimensionProperties: ['int32[]', 6],
        type: ['int32', 7],
        name: ['string', 8],
      },
      { data: { oneof: ['compressedData', 'floatData'] } },
    ),
    FloatData: message({ data: ['float[]', 1] }),
    BrainParameters: message({
      vectorObservationSize: ['int32', 1],
      stackedVectorObservations: ['int32', 2],
      vectorActionSize: ['int32[]', 3],
      vectorActionDescriptions: ['string[]', 5],
      vectorActionSpaceType: ['int32', 6],
      name: ['string', 7],
      isTraining: ['bool', 8],
      actionSpec: ['ActionSpec', 9],
    }),
    ActionSpec: message({
      continuous: ['int32', 1],
      discrete: ['int32', 2],
      branchSizes: ['int32[]', 3],
      descriptions: ['string[]', 4],
    }),
    DemonstrationMeta: message({
      apiVersion: ['int32', 1],
      name: ['string', 2],
      steps: ['int32', 3],
      episodes: ['int32', 4],
      meanReward: ['float', 5],
    }),
    AgentInfoActionPair: message({ info: ['AgentInfo', 1], action: ['AgentAction', 2] }),
  },
}

const root = protobuf.Root.fromJSON({ nested: { communicator_objects: packageOfMessages } })

export function messageType(name: keyof typeof packageOfMessages.nested): protobuf.Type {
  return root.lookupType(`communicator_objects.${name}`)
}
