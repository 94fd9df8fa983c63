import { Badge } from '@mantine/core'
import type { Preset } from '../../../core/studio/protocol.ts'
import { count } from '../../components/format.ts'
import classes from './train.module.css'

interface PresetCardsProps {
  readonly presets: readonly Preset[]
  readonly current: string | undefined
  readonly onChoose: (preset: Preset) => void
}

export function PresetCards({ presets, current, onChoose }: PresetCardsProps) {
  return (
    <fieldset className={classes.presets}>
      <legend>How it learns</legend>
      {presets.map((preset) => (
        <label key={preset.id} className={classes.preset} data-chosen={preset.id === current || undefined}>
          <input
            type="radio"
            name="preset"
            className="spoken"
            checked={preset.id === current}
            onChange={() => onChoose(preset)}
          />
          <span className={classes.presetTitle}>
            <strong>{preset.title}</strong>
            {preset.recommended && (
              <Badge size="sm" variant="light" style={{ flexShrink: 0 }}>
                recommended
              </Badge>
            )}
          </span>
          <span className="small">{preset.description}</span>
          <span className="small muted figure">
            up to {count(preset.maxSteps)} steps
            {preset.needsDemonstrations ? ', learns from demonstrations' : ''}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
