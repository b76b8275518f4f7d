import { ROW_FIELDS } from '../src/cli/task-file/row-fields.ts'

/** Draft 7 is what editors know, for JSON and for YAML. */
const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** One row of a task file. */
const task = {
  title: 'A task of Octopus Executor',
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(ROW_FIELDS).map(([name, { about, schema }]) => [
      name,
      { description: about, ...schema },
    ]),
  ),
}

const tasks = { type: 'array', items: { $ref: '#/definitions/task' } }

/** A task file of one value. */
const file = {
  title: 'A task file of Octopus Executor: an array of tasks, or an object that has it as "tasks"',
  definitions: { task },
  anyOf: [
    tasks,
    {
      type: 'object',
      required: ['tasks'],
      additionalProperties: false,
      properties: { $schema: { description: 'This schema, for editors.' }, tasks },
    },
  ],
}

export const taskSchema: string = page(task)
export const tasksSchema: string = page(file)

function page(schema: object): string {
  return `${JSON.stringify({ $schema: DRAFT, ...schema }, undefined, 2)}\n`
}
