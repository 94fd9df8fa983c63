import { Button, CopyButton } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import classes from './train.module.css'

interface YamlTextProps {
  readonly title: string
  /** What else can be done here. */
  readonly hint?: string
  readonly yaml: string
}

/** A configuration as the command line takes it, to be read and copied. */
export function YamlText({ title, hint, yaml }: YamlTextProps) {
  return (
    <div className={classes.yaml}>
      <div className={classes.yamlHead}>
        <h3>{title}</h3>
        <CopyButton value={yaml}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" leftSection={<IconCopy size={13} />} onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      {hint !== undefined && <p className="small muted">{hint}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className={classes.yamlText} aria-label="Configuration" tabIndex={0}>
        <pre>{yaml}</pre>
      </section>
    </div>
  )
}
