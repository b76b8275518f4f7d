import { describe, expect, test } from 'vitest'

import packageJson from '../package.json' with { type: 'json' }
import { parseSource, readSourceTree, type Import, type SourceFile } from './rig/source-tree.ts'

// The tree is the architecture. Each rule below names the files that break it, and carries a small bad tree in which it
// must find something, so that a rule which has gone blind fails too.

const fileLinesMax = 400

/** At least this many files are seen in each part; raise a floor when the part has grown. */
const filesSeenMin = { 'src/protocol': 8, 'src/arms': 10, 'src/main': 1, test: 2 }

/** Packages and the only files that may import them. */
const packageHomes: Record<string, RegExp> = {
  piscina: /^src\/(main\/arm-pool|workers\/thread)\.ts$/,
  comlink: /^src\/(main|workers)\/host-link\.ts$/,
  protobufjs: /^src\/protocol\/envelope\.ts$/,
  'hdr-histogram-js': /^src\/main\/trace\/latency\.ts$/,
  valibot: /^src\/arms\//,
  commander: /^src\/cli\//,
}

const clock =
  /^(Date\.now|new Date\(\)|performance\.now|process\.hrtime|perf_hooks\.performance|AbortSignal\.timeout|(timers(\/promises)?\.|globalThis\.)?(setTimeout|setInterval))$/
const randomness = /^(Math\.random|(crypto\.)?(randomUUID|randomBytes|randomInt|getRandomValues))$/

const homes: { what: string; use: RegExp; home: RegExp; bad: string }[] = [
  {
    what: 'time and timers',
    use: clock,
    // A handler's work may be waiting itself (a retry loop, a poll); nothing there decides about the order of tasks.
    home: /^src\/(protocol\/clock\.ts|arms\/[^/]+\/handlers(\.ts|\/))/,
    bad: "import { setTimeout } from 'node:timers/promises'\nexport const now = () => Date.now()",
  },
  {
    what: 'randomness and new ids',
    use: randomness,
    home: /^src\/main\/randomness\.ts$/,
    bad: "import { randomUUID } from 'node:crypto'",
  },
  {
    what: 'the environment',
    use: /^process\.env$/,
    home: /^src\/(main|cli)\/environment\.ts$/,
    bad: "export const home = globalThis.process.env['HOME']",
  },
  {
    what: 'console',
    use: /^console\./,
    home: /^src\/cli\/output\.ts$/,
    bad: "console.log('here')",
  },
]

const tree = readSourceTree()

describe('layers', () => {
  rule(
    'protocol sees nothing of ours but protocol',
    targets(/^src\/protocol\//, (to) => to.startsWith('src/protocol/')),
    { 'src/protocol/task.ts': "import { arms } from '../arms/index.ts'" },
  )
  rule(
    'an arm sees protocol, what arms share, and itself: never another arm',
    targets(
      /^src\/arms\/[^/]+\//,
      (to, from) => isArmsShared(to) || folderOf(to) === folderOf(from),
    ),
    { 'src/arms/batch/arm.ts': "export * from '../deploy/tasks.ts'" },
  )
  rule(
    'what arms share sees protocol and itself; only its index sees each arm.ts and tasks.ts',
    targets(
      /^src\/arms\/[^/]+\.ts$/,
      (to, from) =>
        isArmsShared(to) ||
        (from === 'src/arms/index.ts' && /^src\/arms\/[^/]+\/(arm|tasks)\.ts$/.test(to)),
    ),
    { 'src/arms/index.ts': "import { run } from './batch/handlers.ts'" },
  )
  rule(
    'workers see protocol and arms, and nothing of main',
    targets(/^src\/workers\//, (to) => /^src\/(protocol|arms|workers)\//.test(to)),
    { 'src/workers/perform.ts': "import type { Store } from '../main/store/store.ts'" },
  )
  rule(
    'main sees protocol and arms, never a handlers file, and a thread only as an entry',
    targets(
      /^src\/main\//,
      (to, _, { kind, specifier }) =>
        (/^src\/(protocol|arms|main)\//.test(to) && !/\/handlers(\.ts|\/)/.test(to)) ||
        (kind === 'resolve' && specifier.startsWith('#')),
    ),
    { 'src/main/scheduler.ts': "const late = () => import('../arms/batch/handlers/resize.ts')" },
  )
  // light.ts is the entry for what must answer at once: it loads no engine.
  rule(
    'cli sees main/index.ts, main/light.ts, main/control/index.ts and other cli files',
    targets(
      /^src\/cli\//,
      (to) => /^src\/main\/(index|light|control\/index)\.ts$/.test(to) || to.startsWith('src/cli/'),
    ),
    { 'src/cli/status.ts': "import { settle } from '../main/settle.ts'" },
  )
  rule(
    'testing sees main/index.ts, protocol and what arms share',
    targets(
      /^src\/testing\//,
      (to) =>
        /^src\/main\/(index|node-version)\.ts$/.test(to) ||
        to.startsWith('src/testing/') ||
        isArmsShared(to),
    ),
    { 'src/testing/index.ts': "export { Engine } from '../main/engine.ts'" },
  )
  rule(
    'examples import the package by name and stay inside their own folder',
    targets(/^examples\//, (to, from, { specifier }) =>
      specifier.startsWith('.') ? folderOf(to) === folderOf(from) : !specifier.startsWith('#'),
    ),
    { 'examples/thumbs/app.ts': "import { Octopus } from '../../src/main/index.ts'" },
  )
  rule('no import leads in a circle', circles, {
    'src/main/a.ts': "import './b.ts'",
    'src/main/b.ts': "export * from './c.ts'",
    'src/main/c.ts': "import type { A } from './a.ts'",
  })
})

describe('what is light', () => {
  rule('a client of the socket loads nothing that runs tasks', heavyClient, {
    'src/main/control/index.ts': "import './connect.ts'",
    'src/main/control/connect.ts': "import type { Desk } from './desk.ts'\nimport '../octopus.ts'",
    'src/main/octopus.ts': "import './arm-pool.ts'",
    'src/main/arm-pool.ts': "import { Piscina } from 'piscina'",
  })
})

describe('one home for each', () => {
  for (const [name, home] of Object.entries(packageHomes))
    rule(`package ${name}`, packages(name, home), { 'src/main/x.ts': `import '${name}/sub.js'` })
  rule(
    'generated code',
    targets(
      /^src\//,
      (to, from) =>
        !to.includes('/generated/') ||
        (to.endsWith('/control.js')
          ? from === 'src/protocol/control-frame.ts'
          : from === 'src/protocol/envelope.ts'),
    ),
    { 'src/workers/thread.ts': "import { octopus } from '../protocol/generated/octopus.js'" },
  )
  rule('a package without a home is not imported, an optional peer only lazily', homelessPackages, {
    'src/main/x.ts': "import pad from 'left-pad'",
  })
  for (const { what, use, home, bad } of homes)
    rule(what, uses(use, home), { 'src/main/x.ts': bad })
})

describe('source', () => {
  rule('has no any', uses(/^any$/), { 'src/main/x.ts': 'export const x: any = 1' })
  rule('silences no type error', uses(/^@ts-/), {
    'src/main/x.ts': '// @ts-ignore because\nexport {}',
  })
  rule(`has no file over ${fileLinesMax} lines`, longFiles, {
    'src/main/x.ts': '//\n'.repeat(fileLinesMax + 1),
  })

  test.for(Object.entries(filesSeenMin))('was seen: %s has at least %i files', ([part, floor]) => {
    const seen = tree.filter(({ path }) => path.startsWith(`${part}/`))
    expect(seen.length).toBeGreaterThanOrEqual(floor)
  })
})

type Rule = (files: readonly SourceFile[]) => string[]

function rule(sentence: string, findViolations: Rule, badTree: Record<string, string>): void {
  test(sentence, () => {
    expect(findViolations(tree)).toEqual([])
  })
  test(`${sentence} (and a breach is found)`, () => {
    const files = Object.entries(badTree).map(([path, text]) => parseSource(path, text))
    expect(findViolations(files)).not.toEqual([])
  })
}

function targets(from: RegExp, allowed: (to: string, from: string, by: Import) => boolean): Rule {
  return importsWhere(
    ({ path }, by) => from.test(path) && by.target !== undefined && !allowed(by.target, path, by),
  )
}

function packages(name: string, home: RegExp): Rule {
  return importsWhere(
    ({ path }, by) => packageOf(by) === name && isSource(path) && !home.test(path),
  )
}

function homelessPackages(files: readonly SourceFile[]): string[] {
  const peers =
    'peerDependencies' in packageJson ? Object.keys(packageJson.peerDependencies ?? {}) : []
  return importsWhere(({ path }, by) => {
    const name = packageOf(by)
    if (name === undefined || name in packageHomes || !isSource(path)) return false
    return !(by.kind === 'lazy' && peers.includes(name))
  })(files)
}

function importsWhere(broken: (file: SourceFile, by: Import) => boolean): Rule {
  return (files) =>
    files.flatMap((file) =>
      file.imports
        .filter((by) => broken(file, by))
        .map((by) => `${file.path} imports ${by.specifier}`),
    )
}

function uses(what: RegExp, home = /^$/): Rule {
  return (files) =>
    files
      .filter(({ path }) => isSource(path) && !home.test(path))
      .flatMap((file) =>
        file.uses.filter((use) => what.test(use)).map((use) => `${file.path}: ${use}`),
      )
}

function longFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, lines }) => isSource(path) && lines > fileLinesMax)
    .map(({ path, lines }) => `${path}: ${lines} lines`)
}

/** Loaded with the client: what only types need is not, and what is loaded lazily is loaded when it is needed. */
function heavyClient(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const loaded = new Set(['src/main/control/index.ts'])
  const found: string[] = []
  for (const path of loaded)
    for (const by of byPath.get(path)?.imports ?? []) {
      if (by.kind !== 'static' || by.typeOnly) continue
      if (by.target !== undefined) loaded.add(by.target)
      const name = packageOf(by) ?? by.specifier
      if (/^(piscina|comlink|hdr-histogram-js|valibot|node:sqlite|node:worker_threads)$/.test(name))
        found.push(`${path} imports ${name}`)
    }
  return found
}

/** Depth first, keeping the path walked; a file met again on that path closes a circle. Types count as imports. */
function circles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(
    files.filter(({ path }) => isSource(path)).map((file) => [file.path, file]),
  )
  const finished = new Set<string>()
  const found: string[] = []
  const walk = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' -> '))
    if (above.includes(path) || finished.has(path)) return
    for (const { kind, target } of byPath.get(path)?.imports ?? [])
      if (kind !== 'resolve' && target !== undefined) walk(target, [...above, path])
    finished.add(path)
  }
  for (const path of byPath.keys()) walk(path, [])
  return found
}

function isSource(path: string): boolean {
  return path.startsWith('src/')
}

function isArmsShared(path: string): boolean {
  return path.startsWith('src/protocol/') || /^src\/arms\/[^/]+\.ts$/.test(path)
}

function folderOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('src/') ? 3 : 2)
    .join('/')
}

function packageOf({ specifier }: Import): string | undefined {
  if (/^(\.|#|node:|octopus-executor)/.test(specifier)) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
