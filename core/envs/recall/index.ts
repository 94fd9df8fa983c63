import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { attentivePlayer } from './players.ts'
import { recallPresets } from './presets.ts'
import { RecallEnvironment } from './recall.ts'

export function registerRecall(): void {
  registerEnvironment('recall', (parameters) => new RecallEnvironment(parameters), {
    presets: recallPresets,
  })
  registerScriptedPlayer('recall', attentivePlayer)
}
