import { Catalog, OctopusError, type OctopusOptions } from '../../main/index.ts'
import { counted } from '../format.ts'
import { fault, fine, note, type Finding } from './finding.ts'

/** Do the modules load, in the probe thread first, and do their schemas answer? */
export async function taskFindings(options: OctopusOptions): Promise<readonly Finding[]> {
  const builtIn = new Set((await Catalog.load({})).types())
  const catalog = await Catalog.load(options)
  const own = catalog.types().filter((type) => !builtIn.has(type))
  if (own.length === 0)
    return [note('tasks', `no modules; ${counted(builtIn.size, 'built-in type')}`)]
  const faults = await Promise.all(own.map((type) => schemaFaults(catalog, type)))
  return [
    fine('tasks', `${counted(own.length, 'type')} loaded: ${own.join(', ')}`),
    ...faults.flat(),
  ]
}

/** A schema may refuse `{}`, and mostly does; it must not fall over it. */
async function schemaFaults(catalog: Catalog, type: string): Promise<readonly Finding[]> {
  try {
    await catalog.check({ type, payload: {} })
    return []
  } catch (error) {
    if (error instanceof OctopusError && EXPECTED.has(error.code)) return []
    const what = error instanceof Error ? error.message : String(error)
    return [
      fault(
        'tasks',
        `the schema of ${type} throws: ${what}`,
        'A schema answers with issues; it does not throw.',
      ),
    ]
  }
}

const EXPECTED: ReadonlySet<string> = new Set(['E_PAYLOAD', 'E_ARM_DISABLED', 'E_NOT_JSON'])
