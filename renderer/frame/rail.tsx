import { Tooltip, useMantineColorScheme } from '@mantine/core'
import {
  IconChartDots3,
  IconChartLine,
  IconDatabase,
  IconDeviceGamepad2,
  IconMoon,
  IconRobot,
  IconSettings,
  IconSun,
  IconSunMoon,
  IconVideo,
} from '@tabler/icons-react'
import { runAction } from '../actions/action.ts'
import type { Page } from '../route.ts'
import classes from './frame.module.css'

const items = [
  { page: 'play', label: 'Play', Icon: IconDeviceGamepad2, key: 'P' },
  { page: 'demonstrations', label: 'Demonstrations', Icon: IconVideo, key: 'D' },
  { page: 'train', label: 'Train', Icon: IconChartLine, key: 'T' },
  { page: 'compare', label: 'Compare', Icon: IconChartDots3, key: 'C' },
  { page: 'agents', label: 'Agents', Icon: IconRobot, key: 'A' },
] as const satisfies readonly { page: Page; label: string; Icon: unknown; key: string }[]

const schemes = {
  light: { label: 'light', Icon: IconSun },
  dark: { label: 'dark', Icon: IconMoon },
  auto: { label: 'same as the system', Icon: IconSunMoon },
} as const

export function Rail({ page, onSettings }: { page: Page; onSettings: () => void }) {
  const { colorScheme } = useMantineColorScheme()
  const scheme = schemes[colorScheme]
  return (
    <nav className={classes.rail} aria-label="Pages">
      <img className={classes.logo} src="./icon.svg" alt="Understudy" />
      {items.map(({ page: target, label, Icon, key }) => (
        <Tooltip key={target} label={`G then ${key}`} position="right">
          <a
            className={classes.item}
            href={`#/${target}`}
            aria-current={page === target || (page === 'clusters' && target === 'train') ? 'page' : undefined}
          >
            <Icon size={22} stroke={1.6} aria-hidden />
            {label}
          </a>
        </Tooltip>
      ))}
      <Tooltip label="G then S" position="right">
        <a
          className={`${classes.item} ${classes.foot}`}
          href="#/storage"
          aria-current={page === 'storage' ? 'page' : undefined}
        >
          <IconDatabase size={20} stroke={1.6} aria-hidden />
          Storage
        </a>
      </Tooltip>
      <Tooltip label={`Theme: ${scheme.label}`} position="right">
        <button
          type="button"
          className={classes.item}
          aria-label={`Theme: ${scheme.label}. Switch theme`}
          onClick={() => runAction('app.theme')}
        >
          <scheme.Icon size={20} stroke={1.6} aria-hidden />
          Theme
        </button>
      </Tooltip>
      <button type="button" className={classes.item} onClick={onSettings}>
        <IconSettings size={20} stroke={1.6} aria-hidden />
        Settings
      </button>
    </nav>
  )
}
