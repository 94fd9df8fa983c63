import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { PendulumEnvironment } from './pendulum.ts'
import { swingingPlayer } from './players.ts'
import { pendulumPresets } from './presets.ts'

export function registerPendulum(): void {
  registerEnvironment('pendulum', (parameters) => new PendulumEnvironment(parameters), {
    presets: pendulumPresets,
  })
  registerScriptedPlayer('pendulum', swingingPlayer)
}
