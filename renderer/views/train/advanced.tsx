import { useState } from 'react'
import { useResource } from '../../client/resources.ts'
import { ErrorNote } from '../../components/error-note.tsx'
import { SettingField, type SettingValue } from './setting-field.tsx'
import classes from './train.module.css'
import { YamlText } from './yaml-text.tsx'

interface AdvancedProps {
  readonly environment: string
  readonly preset: string
  readonly overrides: Readonly<Record<string, SettingValue>>
  readonly onChange: (overrides: Record<string, SettingValue>) => void
  readonly yaml: string
}

/** Every setting, and the file that comes of them: the command line takes it too. */
export function Advanced({ environment, preset, overrides, onChange, yaml }: AdvancedProps) {
  const [opened, setOpened] = useState(false)
  const settings = useResource('training.settings', opened ? { environment, preset } : null)
  const groups = Map.groupBy(settings.value ?? [], ({ group }) => group)
  const changed = Object.keys(overrides).length
  const change = (path: string, value: SettingValue | undefined) => {
    const { [path]: _, ...rest } = overrides
    onChange(value === undefined ? rest : { ...rest, [path]: value })
  }
  return (
    <details className={classes.advanced} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        Advanced
        {changed > 0 && <span className="muted"> · {changed} changed</span>}
      </summary>
      <ErrorNote error={settings.error} />
      <div className={classes.advancedColumns}>
        <div>
          {[...groups].map(([group, fields]) => (
            <fieldset key={group} className={classes.group}>
              <legend>{group}</legend>
              {fields.map((field) => (
                <SettingField
                  key={`${preset}/${field.path}`}
                  setting={field}
                  value={overrides[field.path]}
                  onChange={(value) => change(field.path, value)}
                />
              ))}
            </fieldset>
          ))}
        </div>
        <YamlText title="The same as a file, for understudy train FILE.yaml" yaml={yaml} />
      </div>
    </details>
  )
}
