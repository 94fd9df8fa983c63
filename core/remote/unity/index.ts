/** `unity:PATH`: builds of Unity games with ML-Agents in them, and `unity:editor`. */
import { registerEnvironmentScheme } from '../../envs/index.ts'
import { describeBuild, UnityEnvironment } from './environment.ts'

registerEnvironmentScheme('unity', {
  example: 'unity:PATH',
  description:
    "A Unity build with ML-Agents in it, by the path of its executable; unity:editor is Unity's editor",
  make: (path, parameters) => new UnityEnvironment(path, parameters),
  prepare: (path, parameters) => describeBuild(path, parameters),
})
