import { Button } from '@mantine/core'
import { IconChartDots3, IconChartLine, IconDownload, IconEye, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Contender, File } from '../../../core/studio/protocol.ts'
import { saveFile } from '../../client/files.ts'
import { EditableName } from '../../components/editable-name.tsx'
import { scoreWords } from '../../components/format.ts'
import { PlayerMark } from '../../components/player-mark.tsx'
import { attempt } from '../../components/report-error.ts'
import { WatchBoard, type Watched } from '../../replay/watch-board.tsx'
import { navigate } from '../../route.ts'
import { useSpec } from '../train/use-spec.ts'
import classes from './agents.module.css'
import { besideScripted } from './beside-scripted.ts'
import { Standing, type StandingProps } from './standing.tsx'

interface CardProps {
  readonly name: string
  readonly environmentId: string
  readonly watched: Watched
  readonly contender: Contender
  /** Whether its miniature plays from the start; otherwise it waits to be asked. */
  readonly playing: boolean
  /** Behind the name. */
  readonly badge: ReactNode
  /** Behind the environment. */
  readonly facts: ReactNode
  readonly standing: Omit<StandingProps, 'words'>
  /** Undo brings it back. */
  readonly removal: { readonly disabled?: boolean; readonly run: () => Promise<void> }
  /** The run that it can be trained on in. */
  readonly runId?: string
  readonly onRename: (name: string) => Promise<void>
  readonly exported: () => Promise<File>
}

/** Somebody who plays by a policy: its miniature, what is known of it, and what can be done with it. */
export function Card({
  name,
  environmentId,
  watched,
  contender,
  playing,
  badge,
  facts,
  standing,
  removal,
  runId,
  onRename,
  exported,
}: CardProps) {
  const [watching, setWatching] = useState(playing)
  const spec = useSpec(environmentId)
  return (
    <article className={classes.card} aria-label={name}>
      <div className={classes.mini}>
        {watching ? (
          <WatchBoard agent={watched} name={name} loop />
        ) : (
          <button type="button" className={classes.poster} onClick={() => setWatching(true)}>
            <IconEye size={22} stroke={1.5} aria-hidden />
            Watch it play
          </button>
        )}
      </div>
      <div className={classes.facts}>
        <header className={classes.head}>
          <PlayerMark kind="agent" size={13} />
          <EditableName name={name} onRename={(next) => void attempt(() => onRename(next))} />
          {badge}
        </header>
        <p className="small muted figure">
          {environmentId} · {facts}
        </p>
        <Standing {...standing} words={scoreWords(spec?.score)} />
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconChartDots3 size={15} />}
            onClick={() =>
              navigate('compare', { env: environmentId, contenders: besideScripted(spec, contender) })
            }
          >
            Compare
          </Button>
          {runId !== undefined && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconChartLine size={15} />}
              onClick={() => navigate('train', { run: runId })}
            >
              Train on
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={15} />}
            onClick={() => void attempt(async () => saveFile(await exported()))}
          >
            Export ONNX
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconTrash size={15} />}
            disabled={removal.disabled ?? false}
            onClick={() => void attempt(removal.run)}
          >
            Delete
          </Button>
        </div>
      </div>
    </article>
  )
}
