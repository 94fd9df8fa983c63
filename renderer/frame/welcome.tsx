/** First start: three things to do within a minute. Gone for good once closed. */
import { Button, CloseButton, Group } from '@mantine/core'
import { IconChartLine, IconDeviceGamepad2, IconPlayerPlay } from '@tabler/icons-react'
import { useResource } from '../client/resources.ts'
import { navigate } from '../route.ts'
import { changeSettings, useSettings } from '../settings.ts'
import classes from './frame.module.css'

export function Welcome() {
  const { welcomed } = useSettings()
  const library = useResource('library.info', welcomed ? null : {})
  if (welcomed || library.value === undefined) return null
  const close = () => changeSettings({ welcomed: true })
  const go = (act: () => void) => () => {
    close()
    act()
  }
  return (
    <section className={classes.welcome} aria-label="Getting started">
      <div>
        <h2>Play it. Record it. Train an understudy. See whether it beats you.</h2>
        <p className="small muted">
          {library.value.bundled > 0
            ? `${library.value.bundled} demonstrations by the scripted reference player are included: enough to train an agent in minutes.`
            : 'Everything you play is recorded, and agents can learn from it.'}
        </p>
      </div>
      <Group gap={8} wrap="nowrap">
        <Button
          leftSection={<IconDeviceGamepad2 size={18} />}
          onClick={go(() => {
            navigate('play')
            document.querySelector<HTMLElement>('[data-board]')?.focus()
          })}
        >
          Play a level
        </Button>
        <Button
          variant="default"
          leftSection={<IconChartLine size={18} />}
          onClick={go(() => navigate('train', { new: 1 }))}
        >
          Train an agent
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={18} />}
          onClick={go(() => navigate('demonstrations', { first: 1 }))}
        >
          Watch a replay
        </Button>
        <CloseButton aria-label="Close" onClick={close} />
      </Group>
    </section>
  )
}
