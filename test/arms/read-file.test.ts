import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breather } from '../../src/arms/pace.ts'
import { openForReading, readChunks } from '../../src/arms/read-file.ts'
import { LINE_BYTES_MAX, linesFrom, type Line } from '../../src/arms/text-lines.ts'
import { Folder } from '../rig/task-context.ts'

const breathe = breather(new AbortController().signal)

async function linesOf(folder: Folder, offset = 0): Promise<readonly Line[]> {
  using file = openForReading(folder.at('text'))
  return await Array.fromAsync(linesFrom(file, offset, breathe))
}

describe('reading a file', () => {
  it.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024])(
    'gives all of its %i bytes',
    async (bytes) => {
      using folder = new Folder()
      const content = Buffer.alloc(bytes, 'some text')
      writeFileSync(folder.at('a'), content)
      using file = openForReading(folder.at('a'))
      const parts: Buffer[] = []
      for await (const chunk of readChunks(file, breathe)) parts.push(Buffer.from(chunk))
      expect(Buffer.concat(parts).equals(content)).toBe(true)
    },
  )

  it('does not wait for a pipe, nor take a folder or a device', () => {
    using folder = new Folder()
    execFileSync('mkfifo', [folder.at('pipe')])
    for (const path of [folder.at('pipe'), folder.path, '/dev/null']) {
      expect(() => openForReading(path), path).toThrow(/no regular file/)
    }
  })
})

describe('the lines of a file', () => {
  it('are those of the text, and each tells where to go on', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '\n', '\r\n', '→', ' ') })
    await fc.assert(
      fc.asyncProperty(text, async (whole) => {
        using folder = new Folder()
        writeFileSync(folder.at('text'), whole)
        const lines = await linesOf(folder)
        const split = whole.split(/\r?\n/)
        if (split.at(-1) === '') split.pop()
        expect(lines.map((line) => line.text)).toEqual(split)
        for (const [index, line] of lines.entries()) {
          expect((await linesOf(folder, line.end)).map((rest) => rest.text)).toEqual(
            split.slice(index + 1),
          )
        }
      }),
      { numRuns: 50 },
    )
  })

  it('may cross the borders of chunks, but not be endless', async () => {
    using folder = new Folder()
    const long = 'x'.repeat(2_500_000)
    writeFileSync(folder.at('text'), `${long}\nshort\n${long}`)
    expect((await linesOf(folder)).map((line) => line.text.length)).toEqual([
      2_500_000, 5, 2_500_000,
    ])
    writeFileSync(folder.at('text'), Buffer.alloc(LINE_BYTES_MAX + 2_000_000))
    await expect(linesOf(folder)).rejects.toMatchObject({ code: 'E_PRECONDITION' })
  })
})
