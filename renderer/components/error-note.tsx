import { HostError } from '../client/host-error.ts'
import classes from './components.module.css'
import { sentence } from './format.ts'

/** Why something cannot be shown, and what to do about it. */
export function ErrorNote({ error }: { error: Error | undefined }) {
  if (error === undefined) return null
  return (
    <p className={classes.error} role="alert">
      {sentence(error.message)}
      {error instanceof HostError && error.remedy !== null && `. ${sentence(error.remedy)}.`}
    </p>
  )
}
