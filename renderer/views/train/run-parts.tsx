import { Switch } from '@mantine/core'
import type { Part } from '../../../core/studio/protocol.ts'
import classes from './train.module.css'

interface RunPartsProps {
  readonly parts: readonly Part[]
  readonly onSwitch: (path: string, on: boolean) => void
}

/** What the run may have beside its algorithm, to be added or taken off; what it cannot have, with the reason. */
export function RunParts({ parts, onSwitch }: RunPartsProps) {
  const possible = parts.filter(({ refused }) => refused === null)
  const refused = Map.groupBy(
    parts.filter((part) => part.refused !== null && !part.on),
    (part) => part.refused!,
  )
  return (
    <fieldset className={classes.group}>
      <legend>What it has</legend>
      {possible.map(({ path, title, description, on }) => (
        <div key={path} className={classes.setting}>
          <div>
            <label htmlFor={path}>{title}</label>
            <p className="small muted" id={`${path}/about`}>
              {description}
            </p>
          </div>
          <Switch
            id={path}
            size="xs"
            aria-describedby={`${path}/about`}
            checked={on}
            onChange={(event) => onSwitch(path, event.currentTarget.checked)}
          />
        </div>
      ))}
      {[...refused].map(([reason, those]) => (
        <p key={reason} className={`small muted ${classes.refused}`}>
          Not here: {those.map(({ title }) => title).join(', ')} ({reason})
        </p>
      ))}
    </fieldset>
  )
}
