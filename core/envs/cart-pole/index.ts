import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { CartPoleEnvironment } from './cart-pole.ts'
import { balancingPlayer } from './players.ts'

export function registerCartPole(): void {
  registerEnvironment('cart-pole', (parameters) => new CartPoleEnvironment(parameters))
  registerScriptedPlayer('cart-pole', balancingPlayer)
}
