/** The keys of a replay. */
import { type Clock, speeds } from '../replay/clock.ts'
import type { Action } from './action.ts'

export function transportActions(clock: Clock): readonly Action[] {
  const step = () => clock.state().step
  const faster = (by: 1 | -1) => {
    const index = speeds.indexOf(clock.state().speed) + by
    clock.setSpeed(speeds[Math.min(Math.max(index, 0), speeds.length - 1)] ?? 1)
  }
  const loop = (edge: 'from' | 'to') => {
    const now = clock.state().loop ?? { from: 0, to: clock.last }
    clock.setLoop({ ...now, [edge]: step() })
  }
  const group = 'Replay'
  return [
    { id: 'replay.toggle', group, name: 'Play or pause', shortcuts: ['Space'], run: () => clock.toggle() },
    {
      id: 'replay.next',
      group,
      name: 'Next step',
      shortcuts: ['ArrowRight', '.'],
      run: () => clock.stepForward(),
    },
    {
      id: 'replay.back',
      group,
      name: 'Step back',
      shortcuts: ['ArrowLeft', ','],
      run: () => clock.seek(step() - 1),
    },
    {
      id: 'replay.next-ten',
      group,
      name: 'Ten steps forward',
      shortcuts: ['shift+ArrowRight'],
      keysOnly: true,
      run: () => clock.seek(step() + 10),
    },
    {
      id: 'replay.back-ten',
      group,
      name: 'Ten steps back',
      shortcuts: ['shift+ArrowLeft'],
      keysOnly: true,
      run: () => clock.seek(step() - 10),
    },
    { id: 'replay.first', group, name: 'To the start', shortcuts: ['Home'], run: () => clock.seek(0) },
    { id: 'replay.last', group, name: 'To the end', shortcuts: ['End'], run: () => clock.seek(clock.last) },
    { id: 'replay.loop-from', group, name: 'Start the loop here', shortcuts: ['['], run: () => loop('from') },
    { id: 'replay.loop-to', group, name: 'End the loop here', shortcuts: [']'], run: () => loop('to') },
    {
      id: 'replay.loop',
      group,
      name: 'Loop the whole replay, or stop looping',
      shortcuts: ['l'],
      run: () => clock.setLoop(clock.state().loop === null ? { from: 0, to: clock.last } : null),
    },
    { id: 'replay.slower', group, name: 'Slower', shortcuts: ['-'], run: () => faster(-1) },
    { id: 'replay.faster', group, name: 'Faster', shortcuts: ['+', '='], run: () => faster(1) },
    { id: 'replay.speed', group, name: 'Normal speed', shortcuts: ['0'], run: () => clock.setSpeed(1) },
  ]
}
