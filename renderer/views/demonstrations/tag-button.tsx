import { Button, Popover, TextInput } from '@mantine/core'
import { IconTag } from '@tabler/icons-react'
import { useState } from 'react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { changeTags } from './commands.ts'
import classes from './demonstrations.module.css'

/** Adds a tag to all selected rows, or takes one away. */
export function TagButton({ rows }: { rows: readonly Demonstration[] }) {
  const [opened, setOpened] = useState(false)
  const [text, setText] = useState('')
  const present = [...new Set(rows.flatMap(({ tags }) => tags))].sort()
  const add = async () => {
    const tag = text.trim()
    if (tag === '') return
    setOpened(false)
    setText('')
    await changeTags(rows, { addTags: [tag] })
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="top" trapFocus>
      <Popover.Target>
        <Button
          data-tag-button
          size="compact-sm"
          variant="default"
          leftSection={<IconTag size={15} />}
          onClick={() => setOpened((now) => !now)}
        >
          Tag
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void add()
          }}
        >
          <TextInput
            aria-label="New tag"
            placeholder="good, opening, lucky"
            maxLength={40}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </form>
        {present.length > 0 && (
          <p className={classes.present}>
            {present.map((tag) => (
              <button
                key={tag}
                type="button"
                className={classes.removeTag}
                aria-label={`Remove tag ${tag}`}
                onClick={() => void changeTags(rows, { removeTags: [tag] })}
              >
                {tag} ×
              </button>
            ))}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
