import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonRows } from '../../src/cli/task-file/json-rows.ts'
import { ROW_FIELDS } from '../../src/cli/task-file/row-fields.ts'
import { isFault } from '../../src/cli/task-file/row-text.ts'
import { parseRow } from '../../src/cli/task-file/row.ts'
import { ARM_IDS, Catalog, TASK_LIMITS, type TaskSpec } from '../../src/main/index.ts'
import { tasks } from './rig.ts'

const isTask = validator('task')
const isTaskFile = validator('tasks')

const durations = fc.oneof(
  fc.constantFrom('250ms', '0s', '0.0h', '1.5m', '7 d', 'soon', '-1s', '5', '', '1s '),
  fc.integer({ min: -2, max: 2_000 }),
  fc.double({ noNaN: true, min: -1, max: 1 }),
)
/** Right and wrong values, the edges among them. */
const fields: Record<string, fc.Arbitrary<unknown>> = {
  type: fc.constantFrom('double', ''),
  payload: fc.json({ maxDepth: 2 }).map((json): unknown => JSON.parse(json)),
  id: fc.oneof(
    fc.string(),
    fc.integer({ min: 490, max: 494 }).map((n) => 'x'.repeat(n)),
  ),
  arm: fc.constantFrom(...ARM_IDS, 'brain', ''),
  priority: fc.oneof(fc.integer({ min: -1, max: 256 }), fc.constant(0.5)),
  attempts: fc.oneof(fc.integer({ min: -1, max: 2 }), fc.constantFrom(1_000, 1_001, 1.5)),
  after: fc.oneof(
    fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
    fc.constantFrom(
      [1],
      Array.from({ length: 1_001 }, () => 'a'),
    ),
  ),
  onParentFailure: fc.constantFrom('skip', 'fail', 'run', 'stop'),
  delay: durations,
  timeout: durations,
  ttl: durations,
}
const anything = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.constant([]),
  fc.constant({}),
  fc.integer(),
)

const model: Record<string, fc.Arbitrary<unknown>> = { prio: fc.constant(1) }
for (const [name, values] of Object.entries(fields))
  model[name] = fc.oneof({ weight: 12, arbitrary: values }, { weight: 1, arbitrary: anything })
const rows = fc.record(model, { requiredKeys: ['type'] })

describe('the published JSON Schema', () => {
  test('describes every field of a row', () => {
    expect(Object.keys(fields).sort()).toEqual(Object.keys(ROW_FIELDS).sort())
  })

  test('takes the rows that the reader takes, and no others', () => {
    let taken = 0
    fc.assert(
      fc.property(fc.oneof({ weight: 20, arbitrary: few(rows) }, anything), (row) => {
        const text = JSON.stringify(row)
        const read = !isFault(parseRow({ text, line: 1, column: 1 }))
        expect([text, isTask(JSON.parse(text))]).toEqual([text, read])
        taken += read ? 1 : 0
      }),
      { numRuns: 3_000 },
    )
    expect(taken).toBeGreaterThan(500)
  })

  test('takes no row that the engine would refuse for anything but its type and payload', async () => {
    const catalog = await Catalog.load({ tasks })
    await fc.assert(
      fc.asyncProperty(few(rows), async (row) => {
        if (!isTask(row)) return
        const spec = { ...(row as TaskSpec), arm: 'batch' as const }
        const named = spec.id === undefined ? spec : { ...spec, id: `${'0'.repeat(19)}/${spec.id}` }
        expect(await catalog.check(named)).toMatchObject({ type: 'double' })
      }),
      { numRuns: 1_000 },
    )
  })

  test('takes a file as an array, or as an object around it', () => {
    const good = { type: 'double', payload: { n: 1 } }
    for (const [file, right] of [
      [[good], true],
      [[], true],
      [{ $schema: 'tasks.schema.json', tasks: [good] }, true],
      [[{ ...good, prio: 1 }], false],
      [{ tasks: {} }, false],
      [{ $schema: 'x' }, false],
      [{ tasks: [good], more: 1 }, false],
      [good, false],
      ['x', false],
    ] as const) {
      expect([file, isTaskFile(file)]).toEqual([file, right])
      expect([file, reads(JSON.stringify(file))]).toEqual([file, right])
    }
  })

  test('counts ids as long as they fit into the store with the name of their run', () => {
    expect(ROW_FIELDS['id']?.schema.maxLength).toBe(TASK_LIMITS.idLengthMax - 20)
  })
})

/** Of each row a few fields: with all of them hardly one would be right. */
function few(of: typeof rows): fc.Arbitrary<object> {
  const names = Object.keys(fields).filter((name) => name !== 'type')
  const some = fc.oneof(
    { weight: 9, arbitrary: fc.subarray(names, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.constant<string[]>(['prio']) },
  )
  return fc
    .tuple(of, some)
    .map(([row, keys]) =>
      Object.fromEntries(
        Object.entries(row).filter(([key]) => key === 'type' || keys.includes(key)),
      ),
    )
}

function reads(text: string): boolean {
  return [...jsonRows(text)].flat().every((row) => !isFault(row) && !isFault(parseRow(row)))
}

function validator(name: string): (value: unknown) => boolean {
  const path = join(import.meta.dirname, `../../schema/${name}.schema.json`)
  const schema = JSON.parse(readFileSync(path, 'utf8')) as object
  // Strict: a word that the validator does not know is a mistake of ours.
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema)
  return (value) => validate(value)
}
