import { ARM_IDS, TASK_LIMITS } from '../../main/light.ts'

/** What JSON Schema says of a value; only the words that are used here. */
export interface ValueSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly items?: ValueSchema
  readonly maxItems?: number
  readonly anyOf?: readonly ValueSchema[]
  readonly not?: ValueSchema
}

/** One field of a row: from this the reader checks it, and the published JSON Schema describes it. */
export interface RowField {
  /** One sentence for editors and for people. */
  readonly about: string
  /** What its value must be, after "must be". */
  readonly expected: string
  readonly schema: ValueSchema
  fits(value: unknown): boolean
}

/** A row's id follows its run's in the store: `<date>-<time>-<number>/`. */
const RUN_PREFIX_LENGTH = 20
const { durationPattern, idLengthMax, priorityMax, attemptsMax, parentsMax } = TASK_LIMITS

/** A duration of no length, in any unit. */
const NO_TIME = '^0+(\\.0+)?\\s*[a-z]+$'

/** Every field a row may have. Only `type` must be there. */
export const ROW_FIELDS: Readonly<Record<string, RowField>> = {
  type: text('What is to be done: a built-in type, or one that your modules export.', {
    expected: 'the name of a type',
  }),
  payload: {
    about: "What the task works on, in the shape its type wants: the payload of its handler's run.",
    expected: 'a JSON value',
    schema: {},
    fits: () => true,
  },
  id: text(
    'Its name in this file, for --resume, other rows and people. Default: a hash of the row.',
    {
      expected: `text of 1 to ${idLengthMax - RUN_PREFIX_LENGTH} characters`,
      lengthMax: idLengthMax - RUN_PREFIX_LENGTH,
    },
  ),
  arm: choice(
    'Where it runs, when several arms serve its type. Default: the least loaded.',
    ARM_IDS,
  ),
  priority: integer(
    'Higher ones of an arm start first. Default: that of its type.',
    0,
    priorityMax,
  ),
  attempts: integer('How often it may be tried in all. Default: that of its type.', 1, attemptsMax),
  delay: duration('It is ready this long after the run has begun.'),
  timeout: duration('The longest run of one attempt.', { zero: false }),
  after: texts(
    'It starts after these have ended: ids of this file, or of tasks in the store.',
    parentsMax,
  ),
  onParentFailure: choice(
    'When one of those fails or is cancelled: skip it (the default), fail it, or run it all the same.',
    TASK_LIMITS.onParentFailure,
  ),
  ttl: duration('If it has not started this long after it was made, it fails.'),
}

function text(
  about: string,
  { expected, lengthMax }: { readonly expected: string; readonly lengthMax?: number },
): RowField {
  return {
    about,
    expected,
    schema: {
      type: 'string',
      minLength: 1,
      ...(lengthMax === undefined ? {} : { maxLength: lengthMax }),
    },
    fits: (value) =>
      typeof value === 'string' && value.length > 0 && value.length <= (lengthMax ?? Infinity),
  }
}

function texts(about: string, countMax: number): RowField {
  return {
    about,
    expected: `an array of at most ${countMax} ids`,
    schema: { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: countMax },
    fits: (value) =>
      Array.isArray(value) &&
      value.length <= countMax &&
      value.every((each) => typeof each === 'string' && each !== ''),
  }
}

function choice(about: string, values: readonly string[]): RowField {
  return {
    about,
    expected: `one of ${values.join(', ')}`,
    schema: { enum: values },
    fits: (value) => typeof value === 'string' && values.includes(value),
  }
}

function integer(about: string, min: number, max: number): RowField {
  return {
    about,
    expected: `a whole number from ${min} to ${max}`,
    schema: { type: 'integer', minimum: min, maximum: max },
    fits: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  }
}

function duration(about: string, { zero }: { readonly zero: boolean } = { zero: true }): RowField {
  const form = new RegExp(durationPattern)
  const nothing = new RegExp(NO_TIME)
  const number = { type: 'number', ...(zero ? { minimum: 0 } : { exclusiveMinimum: 0 }) }
  const string = {
    type: 'string',
    pattern: durationPattern,
    ...(zero ? {} : { not: { pattern: NO_TIME } }),
  }
  return {
    about: `${about} Milliseconds, or with a unit: 250ms, 5s, 2m, 1h, 7d.`,
    expected: `a ${zero ? '' : 'positive '}duration (250ms, 5s, 2m, 1h, 7d, or milliseconds as a number)`,
    schema: { anyOf: [number, string] },
    fits: (value) =>
      typeof value === 'string'
        ? form.test(value) && (zero || !nothing.test(value))
        : typeof value === 'number' && (zero ? value >= 0 : value > 0),
  }
}
