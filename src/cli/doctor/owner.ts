import { existsSync } from 'node:fs'
import { connect, OctopusError } from '../../main/control/index.ts'
import { fault, fine, look, note, type Finding } from './finding.ts'

/** Who has the store open, and does it answer on its socket? */
export async function ownerFindings(store: string): Promise<readonly Finding[]> {
  if (!existsSync(store)) return []
  try {
    await using remote = await connect(store)
    const { pid, version } = remote.owner
    return [fine('owner', `process ${pid}, version ${version}, answers on its socket`)]
  } catch (error) {
    if (!(error instanceof OctopusError)) throw error
    return [unanswered(error)]
  }
}

function unanswered({ code, hint, message }: OctopusError): Finding {
  const isDeaf = message.includes('does not listen')
  if (code === 'E_NO_OWNER' && !isDeaf) return note('owner', 'nobody has the store open')
  if (code === 'E_NO_OWNER') return look('owner', message, hint ?? 'Ask it to close, or wait.')
  return fault('owner', `${code}: ${message}`, hint)
}
