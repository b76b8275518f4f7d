import { DURATION_FORM } from '../protocol/duration.ts'
import { ON_PARENT_FAILURE, TASK_ID_LENGTH_MAX } from '../protocol/task.ts'
import { PARENTS_MAX } from './dependencies.ts'

/** What the fields of a task may hold; for those who check or describe tasks before they enqueue them. */
export const TASK_LIMITS = {
  /** In UTF-16 code units. */
  idLengthMax: TASK_ID_LENGTH_MAX,
  /** From 0, whole numbers, higher first. */
  priorityMax: 255,
  /** From 1, the first one included. */
  attemptsMax: 1_000,
  /** How many others a task may wait for. */
  parentsMax: PARENTS_MAX,
  onParentFailure: ON_PARENT_FAILURE,
  /** A duration that is text, as a regular expression. As a number it is milliseconds. */
  durationPattern: DURATION_FORM.source,
} as const
