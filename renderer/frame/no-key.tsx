import classes from './frame.module.css'

/** In place of everything else, when the page came without what lets it in. */
export function NoKey() {
  return (
    <main className={classes.noKey}>
      <h1>This page needs a key</h1>
      <p>
        The studio lets in only the person who started it. Open the address that it printed when it was
        started: it ends in <code>#open=</code> and a long key. You can paste it into this very page.
      </p>
      <p className="muted">
        If you no longer have it, start the studio a second time, in a terminal on the same machine:{' '}
        <code>understudy studio --browser</code>, with the same <code>--data</code> if you gave one. It says
        that the studio is open already and where, with the key.
      </p>
    </main>
  )
}
