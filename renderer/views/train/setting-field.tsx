import { NumberInput, Select, Switch, TextInput } from '@mantine/core'
import type { Problem, Setting } from '../../../core/studio/protocol.ts'
import { sentence } from '../../components/format.ts'
import classes from './train.module.css'

export type SettingValue = number | string | boolean | null

interface SettingFieldProps {
  readonly setting: Setting
  /** Undefined while it is at its default. */
  readonly value: SettingValue | undefined
  /** Why it cannot be as it was set. */
  readonly problem: Problem | undefined
  readonly onChange: (value: SettingValue | undefined) => void
}

/** One setting with its default, its range and one line of meaning. */
export function SettingField({ setting, value, problem, onChange }: SettingFieldProps) {
  const shown = value === undefined ? setting.default : value
  const set = (next: SettingValue) => onChange(next === setting.default ? undefined : next)
  return (
    <div className={classes.setting} data-changed={value !== undefined || undefined}>
      <div>
        <label htmlFor={setting.path}>{setting.label}</label>
        <p className="small muted" id={`${setting.path}/about`}>
          {[setting.description, range(setting)].filter(Boolean).join('. ')}
        </p>
        {problem !== undefined && (
          <p className={`small ${classes.settingProblem}`} id={`${setting.path}/problem`}>
            {sentence(problem.message)}
          </p>
        )}
      </div>
      <Field setting={setting} shown={shown} set={set} wrong={problem !== undefined} />
    </div>
  )
}

interface FieldProps {
  readonly setting: Setting
  readonly shown: SettingValue
  readonly set: (value: SettingValue) => void
  readonly wrong: boolean
}

function Field({ setting, shown, set, wrong }: FieldProps) {
  const about = `${setting.path}/about`
  const common = {
    id: setting.path,
    size: 'xs' as const,
    error: wrong,
    'aria-describedby': wrong ? `${about} ${setting.path}/problem` : about,
  }
  switch (setting.kind) {
    case 'boolean':
      return (
        <Switch {...common} checked={shown === true} onChange={(event) => set(event.currentTarget.checked)} />
      )
    case 'choice':
      return (
        <Select
          {...common}
          placeholder="not set"
          data={setting.choices ?? []}
          value={typeof shown === 'string' ? shown : null}
          onChange={(value) => set(value)}
        />
      )
    case 'integer':
    case 'number':
      return (
        <NumberInput
          {...common}
          allowDecimal={setting.kind === 'number'}
          placeholder="not set"
          value={typeof shown === 'number' ? shown : ''}
          onChange={(value) => set(typeof value === 'number' ? value : setting.default)}
        />
      )
    case 'text':
      return (
        <TextInput
          {...common}
          placeholder="not set"
          value={typeof shown === 'string' ? shown : ''}
          onChange={(event) => set(event.currentTarget.value || setting.default)}
        />
      )
  }
}

function range({ minimum, maximum, default: standard }: Setting): string {
  const shown = typeof standard === 'boolean' ? (standard ? 'on' : 'off') : (standard ?? 'not set')
  const parts = [`Default ${shown}`]
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`)
  else if (minimum !== undefined) parts.push(`from ${minimum}`)
  else if (maximum !== undefined) parts.push(`up to ${maximum}`)
  return parts.join(', ')
}
