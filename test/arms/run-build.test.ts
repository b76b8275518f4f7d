import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/arms/builds/handlers/run-build.ts'
import { changesBetween, keyOf, type BuildFacts } from '../../src/arms/builds/build-key.ts'
import { runBuild, type BuildInput, type BuildResult } from '../../src/arms/builds/tasks.ts'
import type { TaskContext } from '../../src/arms/task-context.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

/** Joins src/*.txt into dist/all.txt, and notes in `runs`, outside of the project, that it ran. */
const BUILD = `
  import fs from 'node:fs'
  fs.appendFileSync('../runs', 'x')
  fs.mkdirSync('dist/deep', { recursive: true })
  const all = fs.readdirSync('src').sort().map(name => fs.readFileSync('src/' + name, 'utf8')).join('')
  fs.writeFileSync('dist/all.txt', all + (process.env.MODE ?? ''))
  fs.writeFileSync('dist/deep/.run.sh', '#!/bin/sh\\n', { mode: 0o755 })
  if (all.includes('FAIL')) { console.error('broken source'); process.exit(2) }
  if (all.includes('STRAY')) fs.writeFileSync('stray.txt', all)
  if (all.includes('SELF')) fs.appendFileSync('src/a.txt', '!')
  if (all.includes('LINK')) fs.symlinkSync('all.txt', 'dist/link')
  if (all.includes('NOTHING')) fs.rmSync('dist', { recursive: true })
  console.log('built', all.length)
`

function project(folder: Folder, source = 'hello'): void {
  mkdirSync(folder.at('app', 'src'), { recursive: true })
  writeFileSync(folder.at('app', 'src', 'a.txt'), source)
  writeFileSync(folder.at('app', 'build.mjs'), BUILD)
}

function payload(folder: Folder, over: Partial<BuildInput> = {}): BuildInput {
  return {
    cwd: folder.at('app'),
    argv: ['node', 'build.mjs'],
    inputs: ['src/**', 'build.mjs'],
    outputs: ['dist/**'],
    ...over,
  }
}

function build(input: BuildInput, context: TaskContext): Promise<BuildResult> {
  return perform(runBuild, run, input, context)
}

function runs(folder: Folder): number {
  return existsSync(folder.at('runs')) ? statSync(folder.at('runs')).size : 0
}

describe('run-build', () => {
  it('runs once, then restores what it made: content, modes, nothing stale', async () => {
    using folder = new Folder()
    project(folder)
    const first = await build(payload(folder), taskContext(folder))
    expect(first).toMatchObject({
      cache: 'miss',
      why: ['it is the first run here'],
      undeclared: [],
      stdoutTail: 'built 5\n',
    })
    expect(first.artifacts.map(({ path }) => path)).toEqual([
      folder.at('app/dist/all.txt'),
      folder.at('app/dist/deep/.run.sh'),
    ])
    rmSync(folder.at('app', 'dist'), { recursive: true })
    mkdirSync(folder.at('app', 'dist', 'old'), { recursive: true })
    writeFileSync(folder.at('app', 'dist', 'old', 'stale.txt'), 'stale')
    writeFileSync(folder.at('app', 'dist', 'all.txt'), 'wrong')
    const second = await build(payload(folder), taskContext(folder))
    expect(second).toMatchObject({
      cache: 'hit',
      key: first.key,
      why: [],
      stdoutTail: 'built 5\n',
      metrics: { written: 2 },
    })
    expect(readFileSync(folder.at('app', 'dist', 'all.txt'), 'utf8')).toBe('hello')
    expect(statSync(folder.at('app', 'dist', 'deep', '.run.sh')).mode & 0o777).toBe(0o755)
    expect(readdirSync(folder.at('app', 'dist')).sort()).toEqual(['all.txt', 'deep'])
    expect(runs(folder)).toBe(1)
  })

  it('leaves equal outputs untouched on a hit, and mends a mode', async () => {
    using folder = new Folder()
    project(folder)
    await build(payload(folder), taskContext(folder))
    const before = statSync(folder.at('app', 'dist', 'all.txt'))
    chmodSync(folder.at('app', 'dist', 'deep', '.run.sh'), 0o600)
    expect(await build(payload(folder), taskContext(folder))).toMatchObject({
      cache: 'hit',
      metrics: { written: 1 },
    })
    expect(statSync(folder.at('app', 'dist', 'all.txt')).ino).toBe(before.ino)
    expect(statSync(folder.at('app', 'dist', 'deep', '.run.sh')).mode & 0o777).toBe(0o755)
  })

  it('does not take its own outputs for inputs', async () => {
    using folder = new Folder()
    project(folder)
    const asked = payload(folder, { inputs: ['**'] })
    await build(asked, taskContext(folder))
    expect(await build(asked, taskContext(folder))).toMatchObject({ cache: 'hit' })
  })

  it('says why it ran again', async () => {
    using folder = new Folder()
    project(folder)
    const context = taskContext(folder, { hostEnv: { MODE: '1' } })
    const asked = payload(folder, { envKeys: ['MODE', 'ABSENT'] })
    await build(asked, context)
    writeFileSync(folder.at('app', 'src', 'a.txt'), 'changed')
    writeFileSync(folder.at('app', 'src', 'b.txt'), 'new')
    expect((await build(asked, context)).why).toEqual([
      'input src/a.txt changed',
      'input src/b.txt is new',
    ])
    rmSync(folder.at('app', 'src', 'b.txt'))
    expect((await build(asked, context)).why).toEqual(['input src/b.txt is gone'])
    expect((await build(asked, { ...context, hostEnv: { MODE: '2' } })).why).toEqual([
      'variable MODE changed',
    ])
    expect(readFileSync(folder.at('app', 'dist', 'all.txt'), 'utf8')).toBe('changed2')
    expect(
      (
        await build(
          { ...asked, argv: ['node', 'build.mjs', '--fast'] },
          { ...context, hostEnv: { MODE: '2' } },
        )
      ).why,
    ).toEqual(["the command was 'node build.mjs'"])
    chmodSync(folder.at('app', 'src', 'a.txt'), 0o755)
    expect(
      (
        await build(
          { ...asked, argv: ['node', 'build.mjs', '--fast'] },
          { ...context, hostEnv: { MODE: '2' } },
        )
      ).why,
    ).toEqual(['input src/a.txt changed'])
    writeFileSync(folder.at('package-lock.json'), '{}')
    expect(
      (
        await build(
          { ...asked, argv: ['node', 'build.mjs', '--fast'] },
          { ...context, hostEnv: { MODE: '2' } },
        )
      ).why,
    ).toEqual(['the lockfile changed'])
  })

  it('comes back to an earlier state without running', async () => {
    using folder = new Folder()
    project(folder, 'one')
    await build(payload(folder), taskContext(folder))
    writeFileSync(folder.at('app', 'src', 'a.txt'), 'two')
    await build(payload(folder), taskContext(folder))
    writeFileSync(folder.at('app', 'src', 'a.txt'), 'one')
    expect(await build(payload(folder), taskContext(folder))).toMatchObject({ cache: 'hit' })
    expect(readFileSync(folder.at('app', 'dist', 'all.txt'), 'utf8')).toBe('one')
    expect(runs(folder)).toBe(2)
  })

  it('runs npm scripts and depends on their text', async () => {
    using folder = new Folder()
    project(folder)
    const write = (script: string): void =>
      writeFileSync(
        folder.at('app', 'package.json'),
        JSON.stringify({ scripts: { build: script } }),
      )
    const asked: BuildInput = {
      cwd: folder.at('app'),
      script: 'build',
      inputs: ['src'],
      outputs: ['dist'],
    }
    write('node build.mjs')
    expect((await build(asked, taskContext(folder))).stdoutTail).toContain('built 5')
    expect(await build(asked, taskContext(folder))).toMatchObject({ cache: 'hit' })
    write('node build.mjs --again')
    expect(await build(asked, taskContext(folder))).toMatchObject({
      cache: 'miss',
      why: ['the npm script changed'],
    })
    await expect(build({ ...asked, script: 'nope' }, taskContext(folder))).rejects.toThrow(
      /has no script 'nope'/,
    )
  })

  it('keeps nothing of a failed build, and tells how it failed', async () => {
    using folder = new Folder()
    project(folder, 'FAIL')
    for (let round = 0; round < 2; round++) {
      await expect(build(payload(folder), taskContext(folder))).rejects.toMatchObject({
        code: 'E_EXIT',
        message: expect.stringContaining('broken source') as string,
      })
    }
    expect(runs(folder)).toBe(2)
  })

  it('reports what was written and not declared', async () => {
    using folder = new Folder()
    project(folder, 'STRAY')
    expect((await build(payload(folder), taskContext(folder))).undeclared).toEqual(['stray.txt'])
  })

  it.each([
    ['SELF', /src\/a\.txt changed while the build ran/],
    ['LINK', /symbolic links/],
  ])('does not keep what must not be given out again: %s', async (source, reason) => {
    using folder = new Folder()
    project(folder, source)
    expect((await build(payload(folder), taskContext(folder))).notCached).toMatch(reason)
    rmSync(folder.at('app', 'dist'), { recursive: true })
    expect(await build(payload(folder), taskContext(folder))).toMatchObject({ cache: 'miss' })
  })

  it('fails when nothing matches the outputs', async () => {
    using folder = new Folder()
    project(folder, 'NOTHING')
    await expect(build(payload(folder), taskContext(folder))).rejects.toThrow(
      /no file matches its outputs dist/,
    )
  })

  it('runs again when its cache was damaged or cleared, and heals it', async () => {
    using folder = new Folder()
    project(folder)
    await build(payload(folder), taskContext(folder))
    const blobs = folder.at('.cache', 'builds', 'blobs')
    const paths = readdirSync(blobs, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
    const damage: readonly (() => void)[] = [
      () =>
        paths.forEach((path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/^./, '?'))),
      () => rmSync(paths[0]!),
      () => rmSync(folder.at('.cache', 'builds', 'entries'), { recursive: true }),
      () =>
        readdirSync(folder.at('.cache', 'builds', 'entries'), {
          recursive: true,
          withFileTypes: true,
        })
          .filter((entry) => entry.isFile())
          .forEach((entry) => writeFileSync(`${entry.parentPath}/${entry.name}`, '{"files":[')),
    ]
    for (const [index, harm] of damage.entries()) {
      harm()
      rmSync(folder.at('app', 'dist'), { recursive: true })
      expect(await build(payload(folder), taskContext(folder)), `${index}`).toMatchObject({
        cache: 'miss',
        why: ['its outputs are not in the cache'],
      })
      rmSync(folder.at('app', 'dist'), { recursive: true })
      expect(await build(payload(folder), taskContext(folder)), `${index}`).toMatchObject({
        cache: 'hit',
      })
      expect(readFileSync(folder.at('app', 'dist', 'all.txt'), 'utf8')).toBe('hello')
    }
  })

  it('does not write outside because a cache entry says so', async () => {
    using folder = new Folder()
    project(folder)
    await build(payload(folder), taskContext(folder))
    const entries = folder.at('.cache', 'builds', 'entries')
    const entry = readdirSync(entries, { recursive: true, withFileTypes: true }).find((found) =>
      found.isFile(),
    )!
    const path = `${entry.parentPath}/${entry.name}`
    writeFileSync(path, readFileSync(path, 'utf8').replace('dist/all.txt', '../../evil.txt'))
    await expect(build(payload(folder), taskContext(folder))).rejects.toMatchObject({
      code: 'E_CONFINED',
    })
  })

  it('lets two builds of one folder take turns: the second finds the work done', async () => {
    using folder = new Folder()
    project(folder)
    const results = await Promise.all(
      [1, 2, 3].map((n) => build(payload(folder), taskContext(folder, { id: `t${n}` as never }))),
    )
    expect(results.map((result) => result.cache).sort()).toEqual(['hit', 'hit', 'miss'])
    expect(runs(folder)).toBe(1)
  })

  it('shares its cache between folders with equal inputs', async () => {
    using folder = new Folder()
    project(folder)
    await build(payload(folder), taskContext(folder))
    mkdirSync(folder.at('copy', 'src'), { recursive: true })
    writeFileSync(folder.at('copy', 'src', 'a.txt'), 'hello')
    writeFileSync(folder.at('copy', 'build.mjs'), BUILD)
    expect(
      await build(payload(folder, { cwd: folder.at('copy') }), taskContext(folder)),
    ).toMatchObject({ cache: 'hit' })
    expect(readFileSync(folder.at('copy', 'dist', 'all.txt'), 'utf8')).toBe('hello')
  })

  it('runs always when the cache is off, and cleans up first when told to', async () => {
    using folder = new Folder()
    project(folder)
    await build(payload(folder), taskContext(folder))
    writeFileSync(folder.at('app', 'dist', 'stale.txt'), '')
    expect(
      await build(payload(folder, { cache: false, clean: true }), taskContext(folder)),
    ).toMatchObject({ cache: 'off', notCached: 'cache is off' })
    expect(existsSync(folder.at('app', 'dist', 'stale.txt'))).toBe(false)
    expect(runs(folder)).toBe(2)
  })

  it('notices that a linked input leads elsewhere', async () => {
    using folder = new Folder()
    project(folder)
    mkdirSync(folder.at('app', 'inputs'))
    symlinkSync('../src/a.txt', folder.at('app', 'inputs', 'link'))
    writeFileSync(folder.at('app', 'inputs', 'b'), '')
    const asked = payload(folder, { inputs: ['inputs/**'] })
    await build(asked, taskContext(folder))
    rmSync(folder.at('app', 'inputs', 'link'))
    symlinkSync('../build.mjs', folder.at('app', 'inputs', 'link'))
    expect((await build(asked, taskContext(folder))).why).toEqual(['input inputs/link changed'])
  })

  it('stops its command when cancelled, keeps nothing and frees the folder', async () => {
    using folder = new Folder()
    project(folder)
    const context = taskContext(folder)
    writeFileSync(folder.at('app', 'build.mjs'), 'setInterval(() => {}, 1000)')
    const waits = {
      ...context,
      spawn: (request) => {
        setTimeout(() => context.abort.abort(new Error('cancelled')), 50)
        return context.spawn(request)
      },
    } satisfies TaskContext
    await expect(build(payload(folder), waits)).rejects.toThrow('cancelled')
    writeFileSync(folder.at('app', 'build.mjs'), BUILD)
    expect(await build(payload(folder), taskContext(folder))).toMatchObject({ cache: 'miss' })
  })

  it('tells in a dry run whether and why it would run', async () => {
    using folder = new Folder()
    project(folder)
    expect(await build(payload(folder, { dryRun: true }), taskContext(folder))).toMatchObject({
      cache: 'miss',
      summary: "would run 'node build.mjs': it is the first run here",
    })
    expect(readdirSync(folder.path)).toEqual(['app'])
    await build(payload(folder), taskContext(folder))
    appendFileSync(folder.at('app', 'src', 'a.txt'), '!')
    expect(await build(payload(folder, { dryRun: true }), taskContext(folder))).toMatchObject({
      why: ['input src/a.txt changed'],
    })
    expect(runs(folder)).toBe(1)
  })

  it('writes no value of a variable to disk', async () => {
    using folder = new Folder()
    project(folder)
    await build(payload(folder, { env: { TOKEN: 'hunter2secret' } }), taskContext(folder))
    for (const entry of readdirSync(folder.at('.cache'), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (entry.isFile())
        expect(readFileSync(`${entry.parentPath}/${entry.name}`, 'latin1')).not.toContain(
          'hunter2secret',
        )
    }
  })

  it.each([
    [{}, /either argv or script/],
    [{ argv: ['node'], script: 'build' }, /either argv or script/],
    [{ argv: ['node'], inputs: [] }, /payload\.inputs/],
    [{ script: '--prefix=/' }, /payload\.script/],
    [{ argv: ['node'], ouputs: [] }, /ouputs/],
  ])('refuses the payload %j', async (over, message) => {
    using folder = new Folder()
    await expect(
      build({ cwd: folder.path, inputs: ['a'], ...over } as BuildInput, taskContext(folder)),
    ).rejects.toThrow(message)
  })

  it('needs the right to write where it builds, and the program', async () => {
    using folder = new Folder()
    project(folder)
    const readOnly = { read: [folder.path], write: [], exec: ['node'] }
    await expect(
      build(payload(folder), taskContext(folder, { grants: readOnly })),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
    await expect(
      build(payload(folder, { argv: ['make'] }), taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
    await expect(
      build(payload(folder, { inputs: ['../../*'] }), taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
  })
})

describe('the key of a build', () => {
  const facts: BuildFacts = {
    command: ['make'],
    script: '',
    inputs: { a: '1', b: '2' },
    env: { X: 'd' },
    outputs: ['dist'],
    lockfile: '',
    node: '24',
    platform: 'linux-x64',
  }

  it('does not depend on the order in which inputs are found', () => {
    expect(keyOf({ ...facts, inputs: { b: '2', a: '1' } }, { X: '1' })).toBe(
      keyOf(facts, { X: '1' }),
    )
  })

  it('changes with each fact, and each change is told', () => {
    const others: readonly Partial<BuildFacts>[] = [
      { command: ['make', 'x'] },
      { script: 's' },
      { inputs: { a: '1' } },
      { inputs: { a: '1', b: '3' } },
      { inputs: { a: '1', b: '2', c: '' } },
      { env: { X: 'e' } },
      { outputs: [] },
      { lockfile: 'l' },
      { node: '25' },
      { platform: 'darwin-arm64' },
    ]
    for (const other of others) {
      expect(keyOf({ ...facts, ...other }, { ...other.env })).not.toBe(keyOf(facts, {}))
      expect(changesBetween(facts, { ...facts, ...other })).toHaveLength(1)
    }
    expect(keyOf(facts, { X: '1' })).not.toBe(keyOf(facts, { X: '2' }))
  })
})
