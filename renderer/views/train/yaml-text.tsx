import { Button, CopyButton } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import classes from './train.module.css'

/** A configuration as the command line takes it, to be read and copied. */
export function YamlText({ title, yaml }: { title: string; yaml: string }) {
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className={classes.yamlText} aria-label="Configuration" tabIndex={0}>
        <pre>{yaml}</pre>
      </section>
    </div>
  )
}
