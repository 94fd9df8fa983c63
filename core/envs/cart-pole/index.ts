import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { CartPoleEnvironment } from './cart-pole.ts'
import { balancingPlayer } from './players.ts'
import { cartPolePresets } from './presets.ts'

export function registerCartPole(): void {
  registerEnvironment('cart-pole', (parameters) => new CartPoleEnvironment(parameters), {
    presets: cartPolePresets('cart-pole'),
  })
  registerScriptedPlayer('cart-pole', balancingPlayer)
}
