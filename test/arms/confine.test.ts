import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  confineProgram,
  confineRead,
  confineRemoval,
  confineWrite,
  isUnder,
} from '../../src/arms/confine.ts'
import { Folder } from '../rig/task-context.ts'

function grantsFor(root: string) {
  return { read: [root], write: [root], exec: ['node'] }
}

describe('confinement', () => {
  it('answers with the real path of what lies under a root', () => {
    using folder = new Folder()
    writeFileSync(folder.at('a.txt'), '')
    symlinkSync('a.txt', folder.at('link'))
    expect(confineRead(grantsFor(folder.path), folder.at('link'))).toBe(folder.at('a.txt'))
    expect(confineWrite(grantsFor(folder.path), folder.at('new', 'deep', 'b.txt'))).toBe(
      folder.at('new', 'deep', 'b.txt'),
    )
  })

  it('accepts a root that is itself reached through a link', () => {
    using folder = new Folder()
    mkdirSync(folder.at('real'))
    symlinkSync('real', folder.at('root'))
    writeFileSync(folder.at('real', 'a'), '')
    expect(confineRead(grantsFor(folder.at('root')), folder.at('root', 'a'))).toBe(
      folder.at('real', 'a'),
    )
  })

  it('says what to allow when a path is outside', () => {
    using folder = new Folder()
    expect(() => confineRead(grantsFor(folder.path), '/etc/passwd')).toThrow(
      /\/etc\/passwd is outside.*allow\.read/,
    )
    expect(() => confineWrite(grantsFor(folder.path), '/etc/x')).toThrow(/allow\.write/)
  })

  it('says that a file under a root does not exist', () => {
    using folder = new Folder()
    expect(() => confineRead(grantsFor(folder.path), folder.at('nope'))).toThrow(
      expect.objectContaining({ code: 'E_PRECONDITION' }),
    )
  })

  it.each(['file', 'folder/file', 'folder/../file'])(
    'refuses to escape through a linked parent to %s',
    (rest) => {
      using outside = new Folder()
      using folder = new Folder()
      mkdirSync(outside.at('folder'))
      writeFileSync(outside.at('file'), '')
      writeFileSync(outside.at('folder', 'file'), '')
      symlinkSync(outside.path, folder.at('door'))
      const path = `${folder.path}/door/${rest}`
      expect(() => confineRead(grantsFor(folder.path), path)).toThrow(
        expect.objectContaining({ code: 'E_CONFINED' }),
      )
      expect(() => confineWrite(grantsFor(folder.path), path)).toThrow(
        expect.objectContaining({ code: 'E_CONFINED' }),
      )
      expect(() => confineRemoval(grantsFor(folder.path), path)).toThrow(
        expect.objectContaining({ code: 'E_CONFINED' }),
      )
    },
  )

  it('refuses links that lead nowhere, in circles, or to what is to be replaced', () => {
    using folder = new Folder()
    symlinkSync('/nowhere/at/all', folder.at('dangling'))
    symlinkSync('loop', folder.at('loop'))
    writeFileSync(folder.at('a'), '')
    symlinkSync('a', folder.at('link'))
    const grants = grantsFor(folder.path)
    for (const name of ['dangling', 'loop', 'link', 'dangling/x', 'loop/x']) {
      expect(() => confineWrite(grants, folder.at(name)), name).toThrow(
        expect.objectContaining({ code: 'E_CONFINED' }),
      )
    }
  })

  it('does not take a folder for another whose name it begins with', () => {
    using folder = new Folder()
    mkdirSync(folder.at('app'))
    mkdirSync(folder.at('app-secret'))
    writeFileSync(folder.at('app-secret', 'x'), '')
    writeFileSync(folder.at('..odd'), '')
    expect(() => confineRead(grantsFor(folder.at('app')), folder.at('app-secret', 'x'))).toThrow(
      expect.objectContaining({ code: 'E_CONFINED' }),
    )
    expect(confineRead(grantsFor(folder.path), folder.at('..odd'))).toBe(folder.at('..odd'))
  })

  it('refuses zero bytes and empty paths', () => {
    expect(() => confineRead(grantsFor('/tmp'), '/tmp/a\0b')).toThrow(
      expect.objectContaining({ code: 'E_PAYLOAD' }),
    )
    expect(() => confineRead(grantsFor('/tmp'), '')).toThrow(
      expect.objectContaining({ code: 'E_PAYLOAD' }),
    )
  })

  it('never leaves its root, whatever path of dots, links and names it is given', () => {
    using outside = new Folder()
    using folder = new Folder()
    mkdirSync(folder.at('root', 'sub', 'deep'), { recursive: true })
    writeFileSync(folder.at('secret'), '')
    writeFileSync(folder.at('root', 'file'), '')
    symlinkSync('..', folder.at('root', 'up'))
    symlinkSync(outside.path, folder.at('root', 'sub', 'out'))
    symlinkSync('../sub/deep', folder.at('root', 'sub', 'in'))
    symlinkSync('/', folder.at('root', 'sub', 'deep', 'slash'))
    const root = folder.at('root')
    const segment = fc.constantFrom(
      '..',
      '.',
      'sub',
      'deep',
      'in',
      'out',
      'up',
      'slash',
      'file',
      'root',
      'secret',
      'etc',
      'new',
      '',
    )
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
        for (const confine of [confineRead, confineWrite, confineRemoval]) {
          const found = attempt(() => confine(grantsFor(root), `${root}/${segments.join('/')}`))
          if (found !== undefined) expect(isUnder(root, found)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('removal', () => {
  it('is refused for the root of the file system, home, granted roots and what holds them', () => {
    using folder = new Folder()
    mkdirSync(folder.at('granted', 'below'), { recursive: true })
    const grants = { read: [folder.at('granted', 'below')], write: ['/'], exec: [] }
    for (const path of [
      '/',
      homedir(),
      dirname(homedir()),
      folder.at('granted', 'below'),
      folder.at('granted'),
    ]) {
      expect(() => confineRemoval(grants, path), path).toThrow(
        expect.objectContaining({ code: 'E_CONFINED' }),
      )
    }
    mkdirSync(folder.at('granted', 'other'))
    expect(confineRemoval(grants, folder.at('granted', 'other'))).toBe(
      folder.at('granted', 'other'),
    )
  })

  it('is refused for a mount point', () => {
    expect(() => confineRemoval({ read: [], write: ['/'], exec: [] }, '/proc')).toThrow(
      /mount point/,
    )
  })

  it('takes a link itself, not what it leads to, even with a slash behind it', () => {
    using folder = new Folder()
    mkdirSync(folder.at('victim'))
    symlinkSync('victim', folder.at('link'))
    expect(confineRemoval(grantsFor(folder.path), `${folder.at('link')}/`)).toBe(folder.at('link'))
  })
})

describe('programs', () => {
  it('are allowed by the very word', () => {
    const grants = { read: [], write: [], exec: ['node', '/usr/bin/env'] }
    confineProgram(grants, 'node')
    confineProgram(grants, '/usr/bin/env')
    for (const program of ['sh', './node', '/usr/bin/node', 'env', 'node ', '']) {
      expect(() => confineProgram(grants, program)).toThrow(
        expect.objectContaining({ code: 'E_CONFINED' }),
      )
    }
  })
})

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    expect(error).toHaveProperty('code')
    return undefined
  }
}
