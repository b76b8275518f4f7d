import { taskId, type TaskId } from '../../protocol/task.ts'

const MS_DIGITS = 9
const COUNT_DIGITS = 6

/**
 * Ids for tasks whose caller gave none, made by the client: sent again to a successor, such a task is the same task. They
 * rise with time, which the store's index of ids likes ten times better than chance; the tag keeps clients apart.
 */
export class ClientIds {
  readonly #tag: string
  readonly #wallMs: () => number
  #count = 0

  constructor(tag: string, wallMs: () => number) {
    this.#tag = tag
    this.#wallMs = wallMs
  }

  next(): TaskId {
    const ms = Math.floor(this.#wallMs()).toString(36).padStart(MS_DIGITS, '0')
    const count = (this.#count++).toString(36).padStart(COUNT_DIGITS, '0')
    return taskId(`c_${ms}${count}${this.#tag}`)
  }
}
