import {
  ARM_IDS,
  FAILURE_REASONS,
  isArmId,
  isFailureReason,
  OctopusError,
  parseDuration,
  TASK_STATES,
  type TaskQuery,
} from '../main/light.ts'

/** A query under construction: each word of the filter narrows it. */
type Chosen = { -readonly [Key in keyof TaskQuery]: TaskQuery[Key] }

/**
 * A filter as a person writes it, as the query it means.
 * @throws OctopusError E_USAGE that shows the word which is wrong
 */
export function parseFilter(text: string, nowMs: number): TaskQuery {
  const chosen: Chosen = {}
  const seen = new Set<string>()
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    const wrong = (why: string): OctopusError => wrongWord(text, word, index, why)
    const colon = word.indexOf(':')
    const key = word.slice(0, colon)
    const value = word.slice(colon + 1)
    const narrow = Object.hasOwn(WORDS, key) ? WORDS[key] : undefined
    if (narrow === undefined) throw wrong(`starts with none of ${Object.keys(WORDS).join(': ')}:`)
    if (value === '') throw wrong('says nothing after its colon')
    if (seen.has(key)) throw wrong(`comes after another ${key}:`)
    seen.add(key)
    narrow(chosen, value, nowMs, wrong)
  }
  return chosen
}

type Narrow = (
  chosen: Chosen,
  value: string,
  nowMs: number,
  wrong: (why: string) => OctopusError,
) => void

const WORDS: Readonly<Record<string, Narrow>> = {
  state(chosen, value, _, wrong) {
    chosen.states = value.split(',').map((name) => {
      const state = TASK_STATES.find((one) => one === name)
      if (state === undefined) throw wrong(`names no state: they are ${TASK_STATES.join(', ')}`)
      return state
    })
  },
  type(chosen, value) {
    chosen.type = value
  },
  arm(chosen, value, _, wrong) {
    if (!isArmId(value)) throw wrong(`names no arm: they are ${ARM_IDS.join(', ')}`)
    chosen.arm = value
  },
  id(chosen, value, _, wrong) {
    if (!value.includes('*')) chosen.ids = value.split(',')
    else if (value.indexOf('*') === value.length - 1) chosen.idPrefix = value.slice(0, -1)
    else throw wrong('has its * elsewhere than at the end')
  },
  older(chosen, value, nowMs, wrong) {
    chosen.createdUntilMs = nowMs - span(value, wrong)
  },
  newer(chosen, value, nowMs, wrong) {
    chosen.createdSinceMs = nowMs - span(value, wrong)
  },
  reason(chosen, value, _, wrong) {
    if (!isFailureReason(value)) throw wrong(`names no reason: ${FAILURE_REASONS.join(', ')}`)
    chosen.reason = value
  },
}

function span(value: string, wrong: (why: string) => OctopusError): number {
  try {
    return parseDuration(value, 'age')
  } catch (error) {
    if (!(error instanceof OctopusError)) throw error
    throw wrong('is no span: for example 30s, 10m, 1h, 7d')
  }
}

function wrongWord(text: string, word: string, index: number, why: string): OctopusError {
  const line = text.replaceAll(/\s/g, ' ')
  return new OctopusError('E_USAGE', `'${word}' in the filter ${why}`, {
    hint: `${line}\n  ${' '.repeat(index)}${'^'.repeat(word.length)}`,
  })
}
