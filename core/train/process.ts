/** The training process: trains for the process that has started it. */
import { ipcPort, type ParentEndpoint, parentPort } from './port.ts'
import { serveTraining } from './serve-training.ts'

const { parentPort: electron } = process as { parentPort?: ParentEndpoint }

serveTraining(electron === undefined ? ipcPort(process) : parentPort(electron))
