import { createHash } from 'node:crypto'
import * as v from 'valibot'

/**
 * All that the outcome of a build depends on. Two builds with equal facts have equal outputs; the key is their digest.
 * Values of variables are only kept as short digests: a record on disk must not give a secret away.
 */
const facts = v.strictObject({
  command: v.array(v.string()),
  /** The npm script's own text, with its pre and post scripts. */
  script: v.string(),
  /** sha256 and executable bit by path relative to `cwd`; links by where they lead. */
  inputs: v.record(v.string(), v.string()),
  env: v.record(v.string(), v.string()),
  /** Changed outputs need another run even of an unchanged build: they were not all kept. */
  outputs: v.array(v.string()),
  lockfile: v.string(),
  node: v.string(),
  platform: v.string(),
})

export type BuildFacts = v.InferOutput<typeof facts>

export function parseFacts(value: unknown): BuildFacts | undefined {
  const parsed = v.safeParse(facts, value)
  return parsed.success ? parsed.output : undefined
}

const FORMAT = 1

/** @param env the variables themselves: the key holds their full values, as a digest nobody can undo */
export function keyOf(of: BuildFacts, env: Readonly<Record<string, string>>): string {
  const whole = { format: FORMAT, ...of, inputs: sorted(of.inputs), env: sorted(env) }
  return createHash('sha256').update(JSON.stringify(whole)).digest('hex')
}

// 24 bits tell a change apart with near certainty, and fit far too many values to confirm a guessed one.
const ENV_DIGEST_LENGTH = 6

export function envDigests(env: Readonly<Record<string, string>>): Record<string, string> {
  const digest = (value: string): string =>
    createHash('sha256').update(value).digest('hex').slice(0, ENV_DIGEST_LENGTH)
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, digest(value)]))
}

/** What differs between two runs, each difference a short sentence. */
export function changesBetween(before: BuildFacts, now: BuildFacts): readonly string[] {
  return [
    ...(same(before.command, now.command) ? [] : [`the command was '${before.command.join(' ')}'`]),
    ...(before.script === now.script ? [] : ['the npm script changed']),
    ...differences(before.inputs, now.inputs, 'input'),
    ...differences(before.env, now.env, 'variable'),
    ...(same(before.outputs, now.outputs) ? [] : ['the declared outputs changed']),
    ...(before.lockfile === now.lockfile ? [] : ['the lockfile changed']),
    ...(before.node === now.node ? [] : [`Node was ${before.node}`]),
    ...(before.platform === now.platform ? [] : [`the platform was ${before.platform}`]),
  ]
}

function* differences(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  what: string,
): Generator<string> {
  for (const name of Object.keys(now)) {
    if (!Object.hasOwn(before, name)) yield `${what} ${name} is new`
    else if (before[name] !== now[name]) yield `${what} ${name} changed`
  }
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(now, name)) yield `${what} ${name} is gone`
  }
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
