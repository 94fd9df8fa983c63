import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import classes from './frame.module.css'

const PATIENCE_MS = 8000

export function ConnectionLost() {
  const [long, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={classes.notice} role="status">
      <Loader size={16} color="currentColor" />
      {long
        ? 'The studio is not responding. If it was closed, start it again and open the address that it prints. Your recordings are safe.'
        : 'The connection to the studio was lost. Reconnecting. Your recordings are safe.'}
    </div>
  )
}
