import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSum, parseSums } from '../../src/arms/batch/checksum-lines.ts'
import { run } from '../../src/arms/batch/handlers/checksum-files.ts'
import {
  checksumFiles,
  type ChecksumInput,
  type ChecksumResult,
} from '../../src/arms/batch/tasks.ts'
import type { TaskContext } from '../../src/arms/task-context.ts'
import { Folder, perform, taskContext } from '../rig/task-context.ts'

function checksum(payload: ChecksumInput, context: TaskContext): Promise<ChecksumResult> {
  return perform(checksumFiles, run, payload, context)
}

const ODD_NAMES = [
  'plain.txt',
  'two words',
  'new\nline',
  'back\\slash',
  'carriage\rreturn',
  '-',
  '--help',
  '#comment',
  ' lead',
  'ünï→',
  '*star',
  '\\n',
]

function oddTree(folder: Folder): void {
  mkdirSync(folder.at('d'))
  for (const [index, name] of ODD_NAMES.entries())
    writeFileSync(folder.at('d', name), `${index}`.repeat(index * 1000))
}

describe('checksum-files', () => {
  it.each([
    ['sha256', 'sha256sum'],
    ['sha512', 'sha512sum'],
    ['blake2b512', 'b2sum'],
  ] as const)('writes %s sums that %s -c accepts, odd names too', async (algo, program) => {
    using folder = new Folder()
    oddTree(folder)
    const result = await checksum(
      { paths: ['d'], cwd: folder.path, algo, out: folder.at('d', 'SUMS') },
      taskContext(folder),
    )
    const output = execFileSync(program, ['--check', '--strict', 'SUMS'], {
      cwd: folder.at('d'),
    }).toString()
    expect(output.match(/: OK$/gm)).toHaveLength(ODD_NAMES.length)
    expect(result.metrics['files']).toBe(ODD_NAMES.length)
    expect(result.artifacts).toMatchObject([{ path: folder.at('d', 'SUMS') }])
  })

  it('reads back what coreutils wrote, tagged or not', async () => {
    using folder = new Folder()
    oddTree(folder)
    const names = ODD_NAMES.map((name) => `./${name}`)
    for (const flags of [[], ['--tag'], ['--binary']]) {
      writeFileSync(
        folder.at('d', 'SUMS'),
        execFileSync('sha256sum', [...flags, '--', ...names], { cwd: folder.at('d') }),
      )
      expect(await checksum({ verify: folder.at('d', 'SUMS') }, taskContext(folder))).toMatchObject(
        { ok: true, mismatches: [] },
      )
    }
  })

  it('finds what differs, is missing or is no sum; fails on it only when strict', async () => {
    using folder = new Folder()
    for (const name of ['a', 'b', 'c']) writeFileSync(folder.at(name), name)
    await checksum(
      { paths: ['a', 'b', 'c'], cwd: folder.path, out: folder.at('SUMS') },
      taskContext(folder),
    )
    writeFileSync(folder.at('a'), 'A')
    execFileSync('rm', [folder.at('b')])
    appendFileSync(folder.at('SUMS'), 'nonsense\n')
    const result = await checksum({ verify: folder.at('SUMS') }, taskContext(folder))
    expect(result.ok).toBe(false)
    expect(result.mismatches).toEqual([
      { path: 'a', reason: 'differs' },
      { path: 'b', reason: 'missing' },
    ])
    expect(result.summary).toContain('line 4 is no sum')
    await expect(
      checksum({ verify: folder.at('SUMS'), strict: true }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CORRUPT', retryable: false })
  })

  it('does not read outside of its roots because a file of sums says so', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('SUMS'), `${'0'.repeat(64)}  ../../../../../../etc/passwd\n`)
    await expect(
      checksum({ verify: folder.at('SUMS') }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
  })

  it('leaves equal sums untouched, and never sums its own output', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), 'a')
    const payload = { paths: ['*'], cwd: folder.path, out: folder.at('SUMS') }
    const first = await checksum(payload, taskContext(folder))
    const before = statSync(folder.at('SUMS'))
    const second = await checksum(payload, taskContext(folder))
    expect(statSync(folder.at('SUMS')).ino).toBe(before.ino)
    expect(second.digestOfDigests).toBe(first.digestOfDigests)
    expect(readFileSync(folder.at('SUMS'), 'utf8').trimEnd().split('\n')).toHaveLength(1)
  })

  it('changes its digest of digests when any file changes', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), 'a')
    const before = await checksum({ paths: ['a'], cwd: folder.path }, taskContext(folder))
    writeFileSync(folder.at('a'), 'b')
    const after = await checksum({ paths: ['a'], cwd: folder.path }, taskContext(folder))
    expect(after.digestOfDigests).not.toBe(before.digestOfDigests)
    expect(before.digests).toEqual([
      { path: 'a', digest: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' },
    ])
  })

  it('asks for another attempt when a file changes under its hands', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('big'), Buffer.alloc(4 * 1024 * 1024))
    let grown = false
    const context = taskContext(folder, {
      progress: () => {
        if (!grown) appendFileSync(folder.at('big'), 'more')
        grown = true
      },
    })
    await expect(checksum({ paths: ['big'], cwd: folder.path }, context)).rejects.toMatchObject({
      code: 'E_IO',
      retryable: true,
    })
  })

  it('stops within a chunk when cancelled, and leaves no file behind', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('big'), Buffer.alloc(8 * 1024 * 1024))
    const abort = new AbortController()
    let chunks = 0
    const progress = (): void => void (++chunks === 2 && abort.abort(new Error('cancelled')))
    const context = taskContext(folder, { signal: abort.signal, progress })
    await expect(
      checksum({ paths: ['big'], cwd: folder.path, out: folder.at('SUMS') }, context),
    ).rejects.toThrow('cancelled')
    expect(chunks).toBe(2)
    expect(readdirSync(folder.path)).toEqual(['big'])
  })

  it('plans without writing', async () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), 'a')
    expect(
      await checksum(
        { paths: ['a'], cwd: folder.path, out: folder.at('SUMS'), dryRun: true },
        taskContext(folder),
      ),
    ).toMatchObject({ summary: 'would hash 1 file, 1 bytes' })
    expect(readdirSync(folder.path)).toEqual(['a'])
  })

  it.each([
    [{}, /either paths or verify/],
    [{ paths: ['a'], verify: 'b' }, /either paths or verify/],
    [{ paths: [] }, /payload\.paths: name at least one path/],
    [{ paths: ['a'], algorithm: 'sha256' }, /algorithm/],
    [{ paths: ['a'], algo: 'md5' }, /payload\.algo/],
    [{ paths: ['a', ''] }, /payload\.paths\[1\]/],
  ])('refuses the payload %j', async (payload, message) => {
    using folder = new Folder()
    await expect(checksum(payload as ChecksumInput, taskContext(folder))).rejects.toThrow(message)
  })

  it('refuses pipes instead of waiting for them, and links to the outside', async () => {
    using folder = new Folder()
    execFileSync('mkfifo', [folder.at('pipe')])
    symlinkSync('/etc/passwd', folder.at('link'))
    await expect(
      checksum({ paths: ['pipe'], cwd: folder.path }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_PRECONDITION' })
    await expect(
      checksum({ paths: ['link'], cwd: folder.path }, taskContext(folder)),
    ).rejects.toMatchObject({ code: 'E_CONFINED' })
  })
})

describe('lines of sums', () => {
  it('come back as they were, whatever the name', () => {
    const digest = 'ab'.repeat(32)
    fc.assert(
      fc.property(
        fc.string({
          minLength: 1,
          unit: fc.constantFrom('a', '\\', '\n', '\r', ' ', '*', '(', ')', '=', 'n', 'r'),
        }),
        (name) => {
          expect(parseSums(formatSum({ name, digest }), 'sha256')).toEqual({
            sums: [{ name, digest }],
            malformedLines: [],
          })
        },
      ),
    )
  })
})
