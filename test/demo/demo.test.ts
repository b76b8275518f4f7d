import { execFile } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { live, type Life } from '../../bench/demo/engine-process.ts'
import { BUILT, makeInput, type Input } from '../../bench/demo/input.ts'
import { keepPlan, makePlan, type Plan } from '../../bench/demo/plan.ts'
import { recordsOf, verifyRecords, verifyValidations } from '../../bench/demo/verify-store.ts'
import { verifyOutputs, type Check } from '../../bench/demo/verify.ts'
import { nodeArguments, spawnNode } from '../rig/node.ts'

const run = promisify(execFile)
const DEMO = fileURLToPath(new URL('../../bench/demo/demo.ts', import.meta.url))
const TIMEOUT_MS = 120_000
const COLUMNS = 80

describe('npm run demo', () => {
  test(
    'kills its engine, finishes the work and finds every output right',
    { timeout: TIMEOUT_MS },
    async () => {
      const { stdout, stderr } = await demo('--bytes', '2000000', '--files', '100')
      expect(stderr).toBe('')
      expect(stdout).toMatch(/killed with SIGKILL when [1-9]\d* had settled/)
      expect(stdout.match(/^.{11}ok {2}|^verified +ok {2}/gm)).toHaveLength(5)
      expect(stdout).toContain('\nEvery output is what it should be.\n')
      // In a pipe: nothing that only a terminal understands, and nothing wider than one.
      expect(stdout).not.toContain('\u001b')
      expect(stdout.split('\n').filter((line) => line.length > COLUMNS)).toEqual([])
      expect(existsSync(folderIn(stdout))).toBe(false)
    },
  )

  test('leaves nothing behind when it is interrupted', { timeout: TIMEOUT_MS }, async () => {
    const child = spawnNode(DEMO, ['--bytes', '500000', '--files', '60'], { stdio: 'pipe' })
    const ended = once(child, 'close')
    let said = ''
    child.stdout?.on('data', (text: Buffer) => {
      said += text.toString()
      if (said.includes('engine 1')) child.kill('SIGINT')
    })
    expect(await ended).toEqual([130, null])
    expect(said).not.toContain('verified')
    expect(existsSync(folderIn(said))).toBe(false)
  })

  test('says what it knows when it is asked for something else', async () => {
    const refused = await demo('--smal').catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused).toHaveProperty('stderr', expect.stringContaining("'--smal'"))
    expect((await demo('--help')).stdout).toContain('--small')
  })
})

describe('verification', () => {
  let folder = ''
  let input: Input
  let plan: Plan
  let life: Life

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'octopus-demo-test-')))
    input = makeInput(folder, { logBytes: 300_000, filesMax: 60 }, () => {})
    plan = makePlan(input)
    keepPlan(plan)
    life = await live(folder)
  }, TIMEOUT_MS)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('finds nothing wrong with what the engine made', async () => {
    expect(await problems()).toEqual([])
  })

  test('tells a wrong sum, and one that is missing', async () => {
    const sums = join(folder, 'sums', '0001.sha256')
    const [first = '', ...others] = readFileSync(sums, 'utf8').split('\n')
    const wrong = first.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    await tampered(sums, [wrong, ...others].join('\n'), `the sum of ${input.files[0]?.path} is`)
    await tampered(sums, others.join('\n'), `no sum of ${input.files[0]?.path} was written`)
  })

  test('tells a compressed file that is cut off, and one of other content', async () => {
    const packed = `${input.logParts[0]?.path}.gz`
    const whole = readFileSync(packed)
    await tampered(packed, whole.subarray(0, -100), 'access-0001.log.gz cannot be unpacked')
    await tampered(packed, readFileSync(`${input.logParts[1]?.path}.gz`), 'holds something else')
  })

  test('tells an output of a build that differs, and one that is missing', async () => {
    const built = join(folder, 'second', input.packages[0] ?? '', BUILT, 'integrity.json')
    await tampered(built, '{}\n', 'integrity.json differs from a direct build')
    const whole = readFileSync(built)
    rmSync(built)
    expect(await problems()).toEqual([expect.stringContaining('integrity.json is missing')])
    writeFileSync(built, whole)
  })

  test('tells an input that changed under the engine', async () => {
    const { path } = input.logParts[2] ?? { path: '' }
    const before = readFileSync(path)
    appendFileSync(path, 'a line too many\n')
    expect(await problems()).toEqual(['access-0003.log is no longer what was generated'])
    writeFileSync(path, before)
  })

  test('tells a task that is not in the store, one that failed and one that ran again', async () => {
    const records = await recordsOf(plan)
    expect(verifyRecords(plan, records, [life]).problems).toEqual([])
    expect(verifyValidations(plan, records).problems).toEqual([])
    const [first, second, ...others] = records
    const failed = { ...second!, state: 'failed' as const, attempts: [] }
    expect(verifyRecords(plan, [failed, ...others], [life]).problems).toEqual([
      `${first?.id} was acknowledged and is gone from the store`,
      `${second?.id} is failed and succeeded 0 times`,
      `${plan.tasks.length - 1} tasks in the store, ${plan.tasks.length} were enqueued`,
    ])
    const again = { ...life, ended: life.ended.slice(0, 1) }
    expect(verifyRecords(plan, records, [life, again]).problems).toEqual([
      `${life.ended[0]?.id} had settled and ran again`,
    ])
  })

  async function tampered(
    path: string,
    content: string | Uint8Array,
    problem: string,
  ): Promise<void> {
    const before = readFileSync(path)
    writeFileSync(path, content)
    expect(await problems()).toContainEqual(expect.stringContaining(problem))
    writeFileSync(path, before)
  }

  async function problems(): Promise<readonly string[]> {
    const checks: Check[] = []
    for await (const check of verifyOutputs(input, plan)) checks.push(check)
    expect(checks.map(({ name }) => name)).toEqual(['checksums', 'gzip', 'builds'])
    return checks.flatMap((check) => check.problems)
  }
})

function demo(
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return run(process.execPath, [...nodeArguments, DEMO, ...args])
}

function folderIn(said: string): string {
  return /^folder +(.+)$/m.exec(said)?.[1] ?? '/'
}
