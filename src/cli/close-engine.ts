import { systemClock, type Octopus } from '../main/index.ts'

/** A forced stop hands back what runs and does not wait long for it. */
const FORCED_MS = 3_000

export async function closeEngine(octopus: Octopus, forced: boolean): Promise<void> {
  if (!forced) return octopus.close()
  const tooLong = new Promise<void>((resolve) => void systemClock.after(FORCED_MS, resolve))
  await Promise.race([octopus.close({ grace: 0 }), tooLong])
}
