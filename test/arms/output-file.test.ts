import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isTemporaryName, OutputFile, writeOutput } from '../../src/arms/output-file.ts'
import { openForReading } from '../../src/arms/read-file.ts'
import { Folder } from '../rig/task-context.ts'

describe('an output file', () => {
  it('appears whole, with its mode, and leaves nothing beside it', () => {
    using folder = new Folder()
    writeOutput(folder.at('new', 'a.txt'), 'task', 'hello', { mode: 0o640 })
    expect(readFileSync(folder.at('new', 'a.txt'), 'utf8')).toBe('hello')
    expect(statSync(folder.at('new', 'a.txt')).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder.at('new'))).toEqual(['a.txt'])
  })

  it('is not there before its commit, and gone without one', () => {
    using folder = new Folder()
    writeFileSync(folder.at('a'), 'old')
    {
      using output = new OutputFile(folder.at('a'), 'task')
      output.write(Buffer.from('new'))
      expect(readFileSync(folder.at('a'), 'utf8')).toBe('old')
      expect(readdirSync(folder.path).filter(isTemporaryName)).toHaveLength(1)
    }
    expect(readdirSync(folder.path)).toEqual(['a'])
    expect(readFileSync(folder.at('a'), 'utf8')).toBe('old')
  })

  it('replaces what a dead attempt of the same task left behind, and touches nothing of other tasks', () => {
    using folder = new Folder()
    const dead = new OutputFile(folder.at('a'), 'task')
    dead.write(Buffer.from('half'))
    using other = new OutputFile(folder.at('a'), 'another task')
    writeOutput(folder.at('a'), 'task', 'whole')
    other.finish()
    expect(readFileSync(folder.at('a'), 'utf8')).toBe('whole')
    expect(readdirSync(folder.path).filter(isTemporaryName)).toHaveLength(1)
  })

  it('does not write through a link planted under its temporary name', () => {
    using folder = new Folder()
    writeFileSync(folder.at('victim'), 'precious')
    const probe = new OutputFile(folder.at('a'), 'task')
    probe[Symbol.dispose]()
    symlinkSync('victim', probe.temporaryPath)
    writeOutput(folder.at('a'), 'task', 'new')
    expect(readFileSync(folder.at('victim'), 'utf8')).toBe('precious')
  })

  it('notices that its folder became a link after it was judged', () => {
    using folder = new Folder()
    mkdirSync(folder.at('outside'))
    mkdirSync(folder.at('judged'))
    renameSync(folder.at('judged'), folder.at('moved'))
    symlinkSync('outside', folder.at('judged'))
    writeFileSync(folder.at('outside', 'b'), '')
    expect(() => writeOutput(folder.at('judged', 'a'), 'task', '')).toThrow(/moved or replaced/)
    expect(() => openForReading(folder.at('judged', 'b'))).toThrow(/moved or replaced/)
    expect(readdirSync(folder.at('outside'))).toEqual(['b'])
  })
})
