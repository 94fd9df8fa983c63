import { registerScriptedPlayer } from '../player.ts'
import { registerEnvironment } from '../registry.ts'
import { attentivePlayer } from './players.ts'
import { RecallEnvironment } from './recall.ts'

export function registerRecall(): void {
  registerEnvironment('recall', (parameters) => new RecallEnvironment(parameters))
  registerScriptedPlayer('recall', attentivePlayer)
}
