import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { GridEnvironment } from './grid.ts'
import { shortestPathPlayer } from './players.ts'

export function registerGrid(): void {
  registerEnvironment('grid', (parameters) => new GridEnvironment(parameters))
  registerScriptedPlayer('grid', shortestPathPlayer)
}
