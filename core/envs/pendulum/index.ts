import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { PendulumEnvironment } from './pendulum.ts'
import { swingingPlayer } from './players.ts'

export function registerPendulum(): void {
  registerEnvironment('pendulum', (parameters) => new PendulumEnvironment(parameters))
  registerScriptedPlayer('pendulum', swingingPlayer)
}
