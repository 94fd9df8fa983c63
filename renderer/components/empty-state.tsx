import classes from './components.module.css'

interface EmptyStateProps {
  readonly icon: React.ReactNode
  readonly title: string
  readonly children?: React.ReactNode
  /** What to do next. */
  readonly actions?: React.ReactNode
}

export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      {icon}
      <h2>{title}</h2>
      <p className="muted">{children}</p>
      {actions !== undefined && <div className={classes.emptyButtons}>{actions}</div>}
    </div>
  )
}
