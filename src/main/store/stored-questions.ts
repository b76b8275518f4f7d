import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import { inspectTask, type InspectedTask } from '../inspected.ts'
import { cellText } from './sqlite-cells.ts'
import { awaitedIn } from './sqlite-dependencies.ts'
import { answerTo, type AnswerTo, type ReadQuery } from './sqlite-messages.ts'
import { SqliteQuestions, type Answering } from './sqlite-questions.ts'
import { SqliteReader } from './sqlite-read.ts'
import { TaskQuestions } from './task-questions.ts'
import { TypeTable } from './type-table.ts'
import type { TaskQuery } from './store.ts'

/** Questions about tasks over a connection of one's own, answered as the owner would. */
export class StoredQuestions {
  readonly #questions: TaskQuestions

  constructor(db: DatabaseSync, clock: Clock, running: ReadonlySet<number>) {
    const types = new TypeTable()
    for (const row of db.prepare('SELECT name FROM type ORDER BY id').all())
      types.index(cellText(row['name']))
    const live = {
      isRunning: (seq: number) => running.has(seq),
      isUnserved: () => false,
      awaitedBy: awaitedIn(db),
      runningSeqs: () => running,
    }
    this.#questions = new TaskQuestions(
      new SqliteQuestions(new FileAnswers(db), types),
      live,
      clock,
    )
  }

  async list(
    query: TaskQuery,
  ): Promise<{ readonly tasks: readonly InspectedTask[]; readonly next: number | undefined }> {
    const { tasks, next } = await this.#questions.inspect(query)
    return { tasks: tasks.map(inspectTask), next }
  }

  async get(id: string): Promise<InspectedTask | undefined> {
    const record = await this.#questions.get(id)
    return record === undefined ? undefined : inspectTask(record)
  }
}

class FileAnswers implements Answering {
  readonly #reader: SqliteReader

  constructor(db: DatabaseSync) {
    this.#reader = new SqliteReader(db)
  }

  ask<Query extends ReadQuery>(query: Query): Promise<AnswerTo<Query>> {
    return Promise.try(() => {
      const asked: ReadQuery = query
      if (asked.what === 'load') throw new TypeError('only an owner loads what waits')
      return answerTo(query, this.#reader.answer(asked))
    })
  }
}
