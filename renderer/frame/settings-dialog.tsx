import { Modal, SegmentedControl, Stack, Switch, Text, TextInput, useMantineColorScheme } from '@mantine/core'
import { useResource } from '../client/resources.ts'
import { changeSettings, useSettings } from '../settings.ts'
import { PythonSetting } from './python-setting.tsx'

export function SettingsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useSettings()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const library = useResource('library.info', opened ? {} : null)
  return (
    <Modal opened={opened} onClose={onClose} title="Settings" size={500}>
      <Stack gap={20}>
        <TextInput
          label="Your name"
          description="Your plays are recorded under this name."
          maxLength={80}
          defaultValue={settings.playerName}
          onBlur={(event) => changeSettings({ playerName: event.currentTarget.value.trim() || 'me' })}
        />
        <div>
          <Text size="sm" fw={500} mb={6}>
            Theme
          </Text>
          <SegmentedControl
            fullWidth
            aria-label="Theme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
            data={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'auto', label: 'Same as the system' },
            ]}
          />
        </div>
        <Switch
          label="Record what I play"
          description="Every step is saved at once. At the end you decide whether to keep the play as a demonstration."
          checked={settings.record}
          onChange={(event) => changeSettings({ record: event.currentTarget.checked })}
        />
        <Switch
          label="Show the aim guide"
          description="The path of the next shot, with its bounces, to where it stops."
          checked={settings.aimGuide}
          onChange={(event) => changeSettings({ aimGuide: event.currentTarget.checked })}
        />
        {opened && <PythonSetting />}
        {library.value !== undefined && (
          <Text size="xs" c="dimmed">
            Understudy {library.value.version}. The library is at {library.value.directory}. Nothing leaves
            this computer but runs that you train on a cluster.
          </Text>
        )}
      </Stack>
    </Modal>
  )
}
