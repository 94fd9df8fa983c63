import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { GridEnvironment } from './grid.ts'
import { shortestPathPlayer } from './players.ts'
import { gridPresets } from './presets.ts'

export function registerGrid(): void {
  registerEnvironment('grid', (parameters) => new GridEnvironment(parameters), {
    presets: gridPresets,
  })
  registerScriptedPlayer('grid', shortestPathPlayer)
}
