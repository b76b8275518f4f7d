import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/batch/handlers/run-command.ts'
import { runCommand, type CommandInput, type CommandResult } from '../../src/arms/batch/tasks.ts'
import type { TaskContext } from '../../src/arms/task-context.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

function command(payload: CommandInput, context: TaskContext): Promise<CommandResult> {
  return perform(runCommand, run, payload, context)
}

describe('run-command', () => {
  it('runs a program with just the given environment, folder and input', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('in.txt'), 'input')
    const script =
      'process.stdin.on("data", d => console.log(String(d), process.cwd(), process.env.ASKED, process.env.VITEST))'
    const result = await command(
      {
        argv: ['node', '-e', script],
        cwd: folder.path,
        env: { ASKED: 'yes' },
        stdinFile: folder.at('in.txt'),
      },
      taskContext(folder),
    )
    expect(result).toMatchObject({
      code: 0,
      stdoutTail: `input ${folder.path} yes undefined\n`,
      stderrTail: '',
    })
  })

  it('gives arguments on as they are: no shell reads them', async () => {
    using folder = new Folder()
    const result = await command(
      { argv: ['node', '-p', 'process.argv[1]', '$(id); `id` "x"'], cwd: folder.path },
      taskContext(folder),
    )
    expect(result.stdoutTail).toBe('$(id); `id` "x"\n')
  })

  it('fails with code and ends of both outputs, and never with the environment', async () => {
    using folder = new Folder()
    const script =
      'console.log("out " + "x".repeat(9000) + " end"); console.error("reason"); process.exit(3)'
    const failed = command(
      { argv: ['node', '-e', script], cwd: folder.path, env: { TOKEN: 'hunter2' } },
      taskContext(folder),
    )
    await expect(failed).rejects.toMatchObject({ code: 'E_EXIT', retryable: true })
    const { message } = (await failed.catch((error: Error) => error)) as Error
    expect(message).toMatch(
      /exited with code 3 after \d+ ms\nstderr ends with:\nreason\nstdout ends with:\nx+ end$/,
    )
    expect(message).not.toContain('hunter2')
    expect(message.length).toBeLessThan(8000)
  })

  it('says so when the time is up, or a signal ended it', async () => {
    using folder = new Folder()
    await expect(
      command(
        { argv: ['node', '-e', 'setInterval(()=>{}, 1000)'], cwd: folder.path, timeoutMs: 300 },
        taskContext(folder),
      ),
    ).rejects.toMatchObject({ code: 'E_TIMEOUT' })
    await expect(
      command(
        { argv: ['node', '-e', 'process.kill(process.pid, "SIGKILL")'], cwd: folder.path },
        taskContext(folder),
      ),
    ).rejects.toThrow(/ended by SIGKILL/)
  })

  it('ends with its signal', async () => {
    using folder = new Folder()
    const context = taskContext(folder)
    const running = command(
      { argv: ['node', '-e', 'setInterval(()=>{}, 1000)'], cwd: folder.path },
      context,
    )
    context.abort.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
  })

  it('keeps its result under 64 KiB even when every byte of output needs escaping', async () => {
    using folder = new Folder()
    const result = await command(
      {
        argv: [
          'node',
          '-e',
          'process.stdout.write("\\u0001".repeat(1e5)); process.stderr.write("\\u0001".repeat(1e5))',
        ],
        cwd: folder.path,
      },
      taskContext(folder),
    )
    expect(JSON.stringify(result).length).toBeLessThan(64 * 1024)
    expect(result.metrics['stdoutBytes']).toBe(100_000)
  })

  it.each(['sh', '/bin/sh', './node', 'node\0'])(
    'does not start %s, which nobody allowed',
    async (program) => {
      using folder = new Folder()
      await expect(
        command({ argv: [program, '-c', 'id'], cwd: folder.path }, taskContext(folder)),
      ).rejects.toThrow(/no program this engine may start|zero byte/)
    },
  )

  it.each(['PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV', 'GIT_SSH_COMMAND'])(
    'refuses %s, which would change what runs',
    async (name) => {
      using folder = new Folder()
      await expect(
        command({ argv: ['node'], cwd: folder.path, env: { [name]: 'x' } }, taskContext(folder)),
      ).rejects.toMatchObject({ code: 'E_CONFINED' })
    },
  )

  it('says when an allowed program is not installed', async () => {
    using folder = new Folder()
    const context = taskContext(folder, {
      grants: { read: [folder.path], write: [], exec: ['no-such-program'] },
    })
    await expect(
      command({ argv: ['no-such-program'], cwd: folder.path }, context),
    ).rejects.toMatchObject({
      code: 'E_PRECONDITION',
      message: expect.stringContaining('is the program installed?') as string,
    })
  })

  it('stays in granted folders', async () => {
    using folder = new Folder()
    await expect(
      command({ argv: ['node'], cwd: '/etc' }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
    await expect(
      command({ argv: ['node'], cwd: folder.path, stdinFile: '/etc/passwd' }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
  })

  it('tells what it would run', async () => {
    using folder = new Folder()
    expect(
      await command({ argv: ['node', '-v'], cwd: folder.path, dryRun: true }, taskContext(folder)),
    ).toMatchObject({ summary: `would run 'node -v' in ${folder.path}`, code: null })
  })

  it.each([
    [{ argv: [] }],
    [{ argv: 'ls -l' }],
    [{ argv: ['node'], shell: true }],
    [{ argv: ['node'], env: { 'A B': 'x' } }],
    [{ argv: ['node'], timeoutMs: 0 }],
  ])('refuses the payload %j', async (payload) => {
    using folder = new Folder()
    await expect(command(payload as unknown as CommandInput, taskContext(folder))).rejects.toThrow(
      /^payload/,
    )
  })
})
