import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { breather } from '../../src/arms/pace.ts'
import { selectFiles, selectSomeFiles } from '../../src/arms/select-files.ts'
import { Folder } from '../rig/task-context.ts'

function tree(folder: Folder, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(folder.at(name)), { recursive: true })
    writeFileSync(folder.at(name), name)
  }
}

async function select(
  folder: Folder,
  paths: readonly string[],
  exclude: readonly string[] = [],
  roots = [folder.path],
) {
  const grants = { read: roots, write: [], exec: [] }
  const selected = await selectFiles(
    { paths, exclude, cwd: folder.path },
    grants,
    breather(new AbortController().signal),
  )
  return { ...selected, names: selected.files.map((file) => relative(folder.path, file.name)) }
}

describe('a selection of files', () => {
  it('takes files, folders with their dot files, and globs; sorted, each once', async () => {
    using folder = new Folder()
    tree(folder, 'b/x.txt', 'b/.hidden', 'b/c/y.md', 'a.txt', 'z.txt')
    expect((await select(folder, ['z.txt', '*.txt', 'b', 'b/**/*.txt'])).names).toEqual([
      'a.txt',
      'b/.hidden',
      'b/c/y.md',
      'b/x.txt',
      'z.txt',
    ])
  })

  it('takes a name with wildcard characters for itself when such a file exists', async () => {
    using folder = new Folder()
    tree(folder, 'q[1].txt', 'q1.txt', 'a*b')
    expect((await select(folder, ['q[1].txt', 'a*b'])).names).toEqual(['a*b', 'q[1].txt'])
  })

  it('leaves out what is excluded, and all beneath an excluded folder', async () => {
    using folder = new Folder()
    tree(folder, 'src/a.js', 'src/node_modules/p/i.js', 'node_modules/.bin/x.js', 'src/a.test.js')
    const exclude = ['**/node_modules/**', '**/*.test.js']
    expect((await select(folder, ['**/*.js'], exclude)).names).toEqual(['src/a.js'])
    expect((await select(folder, ['.'], exclude)).names).toEqual(['src/a.js'])
    expect((await select(folder, ['src/node_modules/p/*.js'], ['src/node_modules'])).names).toEqual(
      [],
    )
  })

  it('does not follow links in globs and folders, and tells which it met', async () => {
    using outside = new Folder()
    using folder = new Folder()
    tree(outside, 'secret.txt')
    tree(folder, 'in/a.txt')
    symlinkSync(outside.path, folder.at('in', 'door'))
    symlinkSync(outside.at('secret.txt'), folder.at('in', 'secret.txt'))
    for (const path of ['**/*.txt', '**/*', 'in']) {
      const { names, links } = await select(folder, [path])
      expect(names, path).toEqual(['in/a.txt'])
      expect(links, path).toContain(folder.at('in', 'secret.txt'))
    }
    await expect(select(folder, ['in/door/*.txt'])).rejects.toMatchObject({ code: 'E_CONFINED' })
    await expect(select(folder, ['in/secret.txt'])).rejects.toMatchObject({ code: 'E_CONFINED' })
  })

  it('follows a link that is named itself and stays inside', async () => {
    using folder = new Folder()
    tree(folder, 'real/a.txt')
    symlinkSync('real/a.txt', folder.at('link.txt'))
    expect((await select(folder, ['link.txt'])).files).toMatchObject([
      { name: folder.at('link.txt'), path: folder.at('real/a.txt') },
    ])
  })

  it.each(['../*', '/etc/*', '{..,x}/*', '*/../../*', '../../etc/passwd'])(
    'does not leave its roots by %s',
    async (path) => {
      using folder = new Folder()
      tree(folder, 'x/a')
      await expect(select(folder, [path])).rejects.toMatchObject({ code: 'E_CONFINED' })
    },
  )

  it('refuses a missing file by name, and a selection of nothing', async () => {
    using folder = new Folder()
    tree(folder, 'a')
    await expect(select(folder, ['nope.txt'])).rejects.toMatchObject({ code: 'E_PRECONDITION' })
    const grants = { read: [folder.path], write: [], exec: [] }
    const nothing = selectSomeFiles(
      { paths: ['*.zip'], exclude: [], cwd: folder.path },
      grants,
      breather(new AbortController().signal),
    )
    await expect(nothing).rejects.toThrow(/no file matches \*\.zip/)
  })
})
