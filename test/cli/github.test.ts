import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ran, tasks, workFolder, writeRows } from './rig.ts'

test('GitHub Actions sees failed rows as annotations of their lines, and a summary of the job', async () => {
  const cwd = workFolder()
  const jobSummary = join(cwd, 'summary.md')
  writeFileSync(jobSummary, '# before\n')
  const rows = [
    { type: 'double', payload: { n: 1 } },
    { type: 'heic', id: 'a,b:c', payload: { file: '100%|\n::warning::<b>' } },
  ]
  const { code, stderr } = await ran(['run', writeRows(cwd, rows), '--tasks', tasks], {
    cwd,
    env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: jobSummary },
  })
  expect(code).toBe(1)
  const commands = stderr.split('\n').filter((line) => line.startsWith('::'))
  expect(commands).toEqual([
    '::error file=tasks.ndjson,line=2,title=analytics/heic a%2Cb%3Ac::TypeError: unsupported image format in "100%25|%0A::warning::<b>"',
  ])
  const summary = readFileSync(jobSummary, 'utf8')
  expect(summary).toMatch(/^# before\n### octopus: tasks.ndjson\n\n1 ok, 1 failed, 0 not run, /)
  expect(summary).toContain('- 1x `analytics/heic` threw: ')
  expect(summary).not.toMatch(/<b>|100%\|/)
})

test('elsewhere nothing of it is said', async () => {
  const cwd = workFolder()
  const rows = [{ type: 'heic', payload: { file: 'a' } }]
  const { stderr } = await ran(['run', writeRows(cwd, rows), '--tasks', tasks], {
    cwd,
    env: { GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' },
  })
  expect(stderr).not.toContain('::error')
})
