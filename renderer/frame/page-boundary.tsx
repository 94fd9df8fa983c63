import { Button } from '@mantine/core'
import { IconMoodSad } from '@tabler/icons-react'
import { Component } from 'react'
import { EmptyState } from '../components/empty-state.tsx'

interface Props {
  readonly children: React.ReactNode
}

/** Keeps a fault of one page from taking the others with it. */
export class PageBoundary extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null }

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override render(): React.ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <EmptyState
        icon={<IconMoodSad size={40} stroke={1.2} />}
        title="Something went wrong on this page"
        actions={<Button onClick={() => this.setState({ error: null })}>Try again</Button>}
      >
        {error.message}. Your recordings are safe, and the other pages still work.
      </EmptyState>
    )
  }
}
