import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { parseSync, Visitor } from 'oxc-parser'

import packageJson from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')

/** One source file, reduced to what the rules of the architecture speak about. */
export interface SourceFile {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  /** Things used that have one home: 'Date.now', 'console.log', 'crypto.randomUUID', 'setTimeout', 'any', '@ts-ignore'. */
  readonly uses: readonly string[]
}

export interface Import {
  /** 'resolve' asks for a path and loads nothing; 'lazy' is an import() call. */
  readonly kind: 'static' | 'lazy' | 'resolve'
  readonly specifier: string
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
  /** The file of ours it leads to; absent for Node's own modules and packages. */
  readonly target?: string
}

export function readSourceTree(): SourceFile[] {
  return globSync('{src,bench,test,examples}/**/*.ts', { cwd: root })
    .filter((path) => !path.includes('node_modules') && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')))
}

export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const imports: Import[] = []
  const uses: string[] = comments.flatMap(
    ({ value }) => value.match(/@ts-(?:ignore|expect-error|nocheck)/g) ?? [],
  )
  const propertyNames = new Set<object>()

  const addImport = (kind: Import['kind'], specifier: string, typeOnly = false): void => {
    const target = targetOf(path, specifier)
    imports.push({ kind, specifier, typeOnly, ...(target !== undefined && { target }) })
  }
  const skipName = ({ computed, key }: { computed?: boolean; key: object }): void => {
    if (!computed) propertyNames.add(key)
  }
  new Visitor({
    ImportDeclaration({ source, specifiers, importKind }) {
      addImport('static', source.value, importKind === 'type')
      const module = source.value.replace(/^node:/, '')
      for (const specifier of specifiers)
        if (specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier')
          uses.push(`${module}.${specifier.imported.name}`)
    },
    ExportAllDeclaration: ({ source }) => addImport('static', source.value),
    ExportNamedDeclaration: ({ source, exportKind }) =>
      source && addImport('static', source.value, exportKind === 'type'),
    TSImportType: ({ source }) => addImport('static', source.value, true),
    ImportExpression({ source }) {
      if (source.type === 'Literal' && typeof source.value === 'string')
        addImport('lazy', source.value)
    },
    CallExpression({ callee, arguments: [first] }) {
      const resolves =
        callee.type === 'MemberExpression' &&
        callee.object.type === 'MetaProperty' &&
        nameOf(callee.property) === 'resolve'
      if (resolves && first?.type === 'Literal' && typeof first.value === 'string')
        addImport('resolve', first.value)
    },
    NewExpression({ callee, arguments: { length } }) {
      if (nameOf(callee) === 'Date' && length === 0) uses.push('new Date()')
    },
    MemberExpression({ object, property, computed }) {
      if (computed) return
      propertyNames.add(property)
      uses.push(`${nameOf(object) ?? ''}.${nameOf(property) ?? ''}`)
    },
    Property: skipName,
    MethodDefinition: skipName,
    PropertyDefinition: skipName,
    TSMethodSignature: skipName,
    TSPropertySignature: skipName,
    Identifier: (node) => propertyNames.has(node) || uses.push(node.name),
    TSAnyKeyword: () => uses.push('any'),
  }).visit(program)
  return { path, lines: text.trimEnd().split('\n').length, imports, uses }
}

/** The last name of `a`, `x.a` and `x.y.a`. */
function nameOf(node: { type: string; name?: unknown; property?: unknown }): string | undefined {
  if (node.type === 'Identifier') return String(node.name)
  if (node.type !== 'MemberExpression' || typeof node.property !== 'object') return undefined
  return nameOf(node.property as { type: string })
}

function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
  const entries: Record<string, unknown> = { ...packageJson.imports, ...packageJson.exports }
  const entry = entries[specifier.replace(/^octopus-executor(?=\/|$)/, '.')]
  if (typeof entry !== 'object' || entry === null || !('octopus-src' in entry)) return undefined
  return posix.normalize(String(entry['octopus-src']))
}
