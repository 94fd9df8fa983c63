import { useState } from 'react'
import type { Problem, Setting } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import { ErrorNote } from '../../components/error-note.tsx'
import { RunParts } from './run-parts.tsx'
import { SettingField, type SettingValue } from './setting-field.tsx'
import classes from './train.module.css'
import type { Changes } from './use-choices.ts'
import { useLast } from './use-last.ts'
import { YamlText } from './yaml-text.tsx'

interface AdvancedProps {
  /** Where the run begins. */
  readonly beginning: { readonly environment: string; readonly preset: string; readonly given?: string }
  readonly changes: Changes
  readonly onChange: (changes: Changes) => void
  readonly problems: readonly Problem[]
  readonly yaml: string
}

/** What the run has, every setting, and the file that comes of them: the command line takes it too. */
export function Advanced({ beginning, changes, onChange, problems, yaml }: AdvancedProps) {
  const [opened, setOpened] = useState(false)
  const [kinds, setKinds] = useState<readonly string[]>([])
  const { parts, overrides } = changes
  const chosen = Object.fromEntries(
    kinds.flatMap((path) => (typeof overrides[path] === 'string' ? [[path, overrides[path]]] : [])),
  )
  const form = useResource('training.settings', opened ? { ...beginning, parts, chosen } : null)
  const shown = useLast(form.value)
  const groups = Map.groupBy(shown?.settings ?? [], ({ group }) => group)
  const changed = Object.keys(overrides).length + Object.keys(parts).length
  const change = ({ path, kind }: Setting, value: SettingValue | undefined) => {
    if (kind === 'choice' && !kinds.includes(path)) setKinds([...kinds, path])
    onChange({ parts, overrides: changedBy(overrides, path, value) })
  }
  return (
    <details className={classes.advanced} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        Advanced
        {changed > 0 && <span className="muted"> · {changed} changed</span>}
      </summary>
      <ErrorNote error={form.error} />
      <div className={classes.advancedColumns}>
        <div>
          <RunParts
            parts={shown?.parts ?? []}
            onSwitch={(path, on) => onChange({ parts: { ...parts, [path]: on }, overrides })}
          />
          {[...groups].map(([group, fields]) => (
            <fieldset key={group} className={classes.group}>
              <legend>{group}</legend>
              {fields.map((field) => (
                <SettingField
                  key={`${beginning.preset}/${field.path}`}
                  setting={field}
                  value={overrides[field.path]}
                  problem={problems.find(({ path }) => path === field.path)}
                  onChange={(value) => change(field, value)}
                />
              ))}
            </fieldset>
          ))}
        </div>
        <YamlText
          title="The same as a file, for understudy train FILE.yaml"
          hint="Paste another one here, or drop a file on the page, to go on from that."
          yaml={yaml}
        />
      </div>
    </details>
  )
}

function changedBy(
  overrides: Changes['overrides'],
  path: string,
  value: SettingValue | undefined,
): Changes['overrides'] {
  const { [path]: _, ...rest } = overrides
  return value === undefined ? rest : { ...rest, [path]: value }
}
