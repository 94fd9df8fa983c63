/** `unity:PATH`: builds of Unity games with ML-Agents in them, and `unity:editor`. */
import { registerEnvironmentScheme } from '../../envs/index.ts'
import { prepareBuild, releaseBuilds } from './builds.ts'
import { buildCode } from './code.ts'
import { UnityEnvironment } from './environment.ts'
import { UnityGroup } from './group.ts'
import { buildSettings, EDITOR } from './settings.ts'

registerEnvironmentScheme('unity', {
  example: 'unity:PATH',
  description:
    'A Unity build with ML-Agents, by the path of its executable; unity:editor is the Unity editor',
  starts: buildCode,
  make: (path, parameters) => new UnityEnvironment(path, parameters),
  // One agent alone is waited for, so that it can be learnt from in lockstep.
  group: (path, parameters) =>
    parameters.agents === 1 ? null : (options) => UnityGroup.open(path, parameters, options),
  prepare: (path, parameters) => prepareBuild(buildSettings(path, parameters)),
  asks: (path) => (path === EDITOR ? 'press Play in Unity' : null),
  release: releaseBuilds,
})
