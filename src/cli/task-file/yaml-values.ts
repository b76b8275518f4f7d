import { YamlFault, type Yaml, type YamlNode, type YamlPair } from './yaml-package.ts'

/** A task is no larger, whatever its aliases stand for. */
const CHARACTERS_MAX = 80 * 1024 * 1024

interface Anchored {
  readonly value: unknown
  readonly characters: number
}

/**
 * YAML nodes as JSON values. An alias stands for the very value of its anchor, so what it would amount to as text is
 * counted: ten lines of aliases of aliases are gigabytes otherwise. Nodes are to come in the order of the document.
 */
export class YamlValues {
  readonly #yaml: Yaml
  readonly #anchors = new Map<string, Anchored>()
  #characters = 0

  constructor(yaml: Yaml) {
    this.#yaml = yaml
  }

  /** @throws YamlFault for what JSON cannot hold and for an alias of nothing */
  row(node: YamlNode): unknown {
    this.#characters = 0
    return this.#value(node)
  }

  #value(node: unknown): unknown {
    const { isAlias, isNode } = this.#yaml
    if (!isNode(node)) return null
    if (isAlias(node)) return this.#alias(node)
    const before = this.#characters
    const value = this.#own(node)
    if (node.anchor !== undefined)
      this.#anchors.set(node.anchor, { value, characters: this.#characters - before })
    return value
  }

  #own(node: YamlNode): unknown {
    const { isMap, isSeq, isScalar } = this.#yaml
    if (isSeq(node)) return node.items.map((item) => this.#value(item))
    if (isMap(node)) return this.#object(node)
    return isScalar(node) ? this.#scalar(node, node.value) : null
  }

  #object(node: { readonly items: readonly YamlPair[] }): object {
    const entries = new Map<string, unknown>()
    for (const { key, value } of node.items) {
      const name = this.#key(key)
      const member = this.#value(value)
      if (name !== '<<') entries.set(name, member)
      else for (const each of this.#merged(key, member)) addMissing(entries, each)
    }
    return Object.fromEntries(entries)
  }

  /** What `<<` takes over: an object, or several of them, the first of which counts. */
  #merged(key: unknown, member: unknown): readonly unknown[] {
    const sources: readonly unknown[] = Array.isArray(member) ? member : [member]
    if (sources.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each)))
      return sources
    throw new YamlFault(startOf(key), '<< takes over the keys of an object: <<: *name')
  }

  #key(key: unknown): string {
    if (this.#yaml.isScalar(key) && typeof key.value === 'string') return this.#counted(key.value)
    throw new YamlFault(startOf(key), 'a key is text')
  }

  #scalar(node: YamlNode, value: unknown): unknown {
    if (typeof value === 'string') return this.#counted(value)
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new YamlFault(startOf(node), `JSON has no ${value}: give a number, or text in quotes`)
    this.#counted('')
    return value
  }

  #alias(node: YamlNode & { readonly source: string }): unknown {
    const anchored = this.#anchors.get(node.source)
    if (anchored === undefined)
      throw new YamlFault(startOf(node), `no value before this is called &${node.source}`)
    this.#count(anchored.characters, node)
    return anchored.value
  }

  #counted(text: string): string {
    // Quotes, a separator, a bracket's share.
    this.#count(text.length + 4, undefined)
    return text
  }

  #count(characters: number, node: YamlNode | undefined): void {
    this.#characters += characters
    if (this.#characters <= CHARACTERS_MAX) return
    throw new YamlFault(
      startOf(node),
      'with what its aliases stand for this is too large to be a task',
    )
  }
}

function addMissing(entries: Map<string, unknown>, source: unknown): void {
  if (typeof source !== 'object' || source === null) return
  for (const [name, value] of Object.entries(source))
    if (!entries.has(name)) entries.set(name, value)
}

function startOf(node: unknown): number {
  if (typeof node !== 'object' || node === null || !('range' in node)) return 0
  return Array.isArray(node.range) ? Number(node.range[0]) : 0
}
