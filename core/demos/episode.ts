/** What a demonstration is. The definition lies with the store, which is below; this is its public address. */
export * from '../store/episode.ts'
