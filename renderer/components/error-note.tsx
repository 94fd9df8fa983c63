import { HostError } from '../client/host-error.ts'
import classes from './components.module.css'

/** Why something cannot be shown, and what to do about it. */
export function ErrorNote({ error }: { error: Error | undefined }) {
  if (error === undefined) return null
  return (
    <p className={classes.error} role="alert">
      {error.message}
      {error instanceof HostError && error.remedy !== null && `. ${error.remedy}`}
    </p>
  )
}
