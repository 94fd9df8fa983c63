import { Alert } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { GivenProblem } from '../../../core/studio/protocol.ts'
import { counted, sentence } from '../../components/format.ts'
import classes from './train.module.css'
import type { Given } from './use-choices.ts'

/** What became of a configuration that was brought: each thing that could not be taken over, at its place. */
export function GivenNotes({ given, onClose }: { given: Given; onClose: () => void }) {
  const { problems } = given
  if (problems.length === 0) return null
  const nothing = given.given === null
  return (
    <Alert
      className={classes.given}
      color={nothing ? 'red' : 'yellow'}
      icon={nothing ? <IconAlertTriangle /> : <IconCheck />}
      title={
        nothing
          ? 'This configuration cannot be taken over'
          : `Taken over, but for ${counted(problems.length, 'thing')}`
      }
      role="status"
      styles={{ title: { color: 'var(--ink)' }, closeButton: { color: 'var(--ink)' } }}
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
    >
      <ul className={classes.givenProblems}>
        {problems.map((problem) => (
          <li key={`${problem.keys.join(' ')} ${problem.message}`}>
            <Where {...problem} />
            {ended([problem.message, problem.remedy].filter((part) => part !== null))}
          </li>
        ))}
      </ul>
    </Alert>
  )
}

/** Each with a full stop, unless it ends in another sign. */
function ended(sentences: readonly string[]): string {
  return sentences.map((text) => `${sentence(text)}${/[.?!]$/.test(text) ? '' : '.'}`).join(' ')
}

function Where({ line, keys }: GivenProblem) {
  const place = [...(line === null ? [] : [`line ${line}`]), ...(keys.length === 0 ? [] : [keys.join(' › ')])]
  return place.length === 0 ? null : <strong>{sentence(place.join(', '))}: </strong>
}
