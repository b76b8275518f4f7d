import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { ran, workFolder } from './rig.ts'

describe('octopus completion bash', () => {
  test('completes commands, their options, the words an option takes, and files', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'tasks one.ndjson'), '')
    const { stdout: script } = await ran(['completion', 'bash'], { cwd })
    writeFileSync(join(cwd, 'octopus.bash'), script)
    expect(completed(cwd, ['octopus', 'ru'])).toEqual(['run'])
    expect(completed(cwd, ['octopus', ''])).toEqual(
      expect.arrayContaining(['help', ...COMMANDS.map(({ name }) => name)]),
    )
    expect(completed(cwd, ['octopus', 'run', '--only'])).toEqual(['--only-failed'])
    expect(completed(cwd, ['octopus', 'run', '--ui', 'b'])).toEqual(['bars'])
    expect(completed(cwd, ['octopus', 'run', '--arm', 'bu'])).toEqual(['builds'])
    expect(completed(cwd, ['octopus', 'run', 'ta'])).toEqual(['tasks one.ndjson'])
    expect(completed(cwd, ['octopus', 'help', 'conf'])).toEqual(['config'])
    expect(completed(cwd, ['octopus', 'completion', 'z'])).toEqual(['zsh'])
  })
})

describe('octopus completion', () => {
  test('prints a script for every shell, with every command', async () => {
    const cwd = workFolder()
    const scripts = await Promise.all(
      ['zsh', 'fish', 'powershell'].map((shell) => ran(['completion', shell], { cwd })),
    )
    for (const { stdout } of scripts)
      for (const { name } of COMMANDS) expect(stdout).toContain(name)
  })

  test.for([
    ['zsh', 'zsh', '-n'],
    ['fish', 'fish', '--no-execute'],
    ['powershell', 'pwsh', '-NoProfile', '-File'],
  ] as const)('is read by %s without complaint', async ([shell, program, ...flags], { skip }) => {
    if (spawnSync(program, ['--version']).error !== undefined) return skip(`no ${program} here`)
    const cwd = workFolder()
    const { stdout } = await ran(['completion', shell], { cwd })
    writeFileSync(join(cwd, 'script.ps1'), stdout)
    execFileSync(program, [...flags, join(cwd, 'script.ps1')])
  })

  test('names the shells it knows', async () => {
    const { code, stderr } = await ran(['completion', 'csh'], { cwd: workFolder() })
    expect([code, stderr.includes('bash, zsh, fish, powershell')]).toEqual([2, true])
  })
})

/** What bash offers for the last of the words, asked as bash itself asks. */
function completed(cwd: string, words: readonly string[]): string[] {
  const script = `source octopus.bash
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    $(complete -p octopus | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    [ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`
  const told = execFileSync('bash', ['-c', script, 'bash', ...words], { cwd, encoding: 'utf8' })
  return told.split('\n').filter((line) => line !== '')
}
