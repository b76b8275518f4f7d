import { OctopusError, systemClock } from '../main/light.ts'

const STEP_MS = 100

/**
 * Opens a store once whoever has it open lets go of it, and says whom it waits for.
 * @throws OctopusError E_STORE_BUSY after `patienceMs`, and whatever else opening throws, at once
 */
export async function openWhenFree<Opened>(
  open: () => Promise<Opened>,
  patienceMs: number,
  say: (text: string) => void,
): Promise<Opened> {
  const untilMs = systemClock.monotonicMs() + patienceMs
  for (let told = ''; ;) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof OctopusError) || error.code !== 'E_STORE_BUSY') throw error
      if (systemClock.monotonicMs() > untilMs) throw error
      if (told !== error.message) say(`waits: ${error.message}\n`)
      told = error.message
    }
    await new Promise<void>((resolve) => void systemClock.after(STEP_MS, resolve))
  }
}
