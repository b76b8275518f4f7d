import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Octopus, type InspectedTask } from '../../src/main/index.ts'
import type { Life } from './engine-process.ts'
import { storeOf, type Plan } from './plan.ts'
import type { Check } from './verify.ts'

/** What the store holds once both engines are gone. */
export async function recordsOf(plan: Plan): Promise<readonly InspectedTask[]> {
  await using octopus = await Octopus.open({ store: storeOf(plan), autostart: false })
  const records: InspectedTask[] = []
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = await octopus.list({ limit: 500, ...(after === 0 ? {} : { after }) })
    records.push(...page.tasks)
    after = page.next
  }
  return records
}

/** What the validations say of each manifest, against JSON.parse. */
export function verifyValidations(plan: Plan, records: readonly InspectedTask[]): Check {
  const results = new Map(records.map(({ id, result }) => [String(id), result]))
  const validations = plan.tasks.filter((task) => task.type === 'validate-files')
  const problems = validations.flatMap(({ id, payload: { cwd = '', paths } }) => {
    const result = results.get(id) as { readonly ok?: boolean } | undefined
    const isValid = paths.every((path) => isJson(readFileSync(join(cwd, path), 'utf8')))
    return result?.ok === isValid ? [] : [`${id} says ok: ${result?.ok} of ${paths.join()}`]
  })
  return { name: 'validations', seen: `${validations.length} package.json: JSON.parse`, problems }
}

/** Every acknowledged task succeeded once, and what had settled before the kill did not run again after it. */
export function verifyRecords(
  plan: Plan,
  records: readonly InspectedTask[],
  lives: readonly Life[],
): Check {
  const byId = new Map(records.map((record) => [String(record.id), record]))
  const problems = [
    ...neverAcknowledged(plan, lives),
    ...acknowledgedIn(lives).flatMap((id) => notOnce(id, byId.get(id))),
  ]
  const strangers = records.length - plan.tasks.length
  if (strangers !== 0)
    problems.push(`${records.length} tasks in the store, ${plan.tasks.length} were enqueued`)
  const again = ranAgain(lives)
  const count = records.length.toLocaleString('en-US')
  return {
    name: 'the store',
    seen: `${count} tasks succeeded once, ${again.length} ran again once settled`,
    problems: [...problems, ...again.map((id) => `${id} had settled and ran again`)],
  }
}

function acknowledgedIn(lives: readonly Life[]): readonly string[] {
  return [...new Set(lives.flatMap(({ acknowledged }) => [...acknowledged]))]
}

function neverAcknowledged(plan: Plan, lives: readonly Life[]): readonly string[] {
  const acknowledged = new Set(acknowledgedIn(lives))
  return plan.tasks
    .filter(({ id }) => !acknowledged.has(id))
    .map(({ id }) => `${id} was never acknowledged`)
}

function notOnce(id: string, record: InspectedTask | undefined): readonly string[] {
  if (record === undefined) return [`${id} was acknowledged and is gone from the store`]
  const successes = record.attempts.filter(({ state }) => state === 'succeeded').length
  if (record.state === 'succeeded' && successes === 1) return []
  const why = record.failure === undefined ? '' : `: ${record.failure.message}`
  return [`${id} is ${record.state} and succeeded ${successes} times${why}`]
}

function ranAgain([first, ...later]: readonly Life[]): readonly string[] {
  const settled = new Set(
    first?.ended.flatMap(({ id, state }) => (state === 'scheduled' ? [] : id)),
  )
  const after = later.flatMap(({ ended }) => ended.map(({ id }) => id))
  return [...new Set(after.filter((id) => settled.has(id)))]
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
