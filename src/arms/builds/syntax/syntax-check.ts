import { readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { isUtf8 } from 'node:buffer'
import * as v from 'valibot'
import type { Grants } from '../../../protocol/host.ts'
import { isUnder } from '../../confine.ts'
import { ifExists } from '../../system-errors.ts'
import { faultAt, type Fault } from './fault.ts'
import { commonJsFault, looksLikeModule, ModuleSyntax } from './javascript.ts'
import { jsonFault, jsonLinesFault } from './json.ts'
import { tomlFault, yamlFault } from './peers.ts'

type Check = (text: string, path: string) => Fault | undefined | Promise<Fault | undefined>

/** Knows by its ending how to check a file. Nothing that it is given is ever run. */
export class SyntaxCheck implements AsyncDisposable {
  readonly #modules = new ModuleSyntax()
  readonly #grants: Grants
  readonly #packageTypes = new Map<string, string>()
  readonly #checks: Readonly<Record<string, Check>> = {
    '.json': jsonFault,
    '.ndjson': jsonLinesFault,
    '.jsonl': jsonLinesFault,
    '.cjs': commonJsFault,
    '.mjs': (text) => this.#modules.fault(text),
    '.js': (text, path) => this.#scriptFault(text, path),
    '.yaml': yamlFault,
    '.yml': yamlFault,
    '.toml': tomlFault,
  }

  constructor(grants: Grants) {
    this.#grants = grants
  }

  knows(path: string): boolean {
    return Object.hasOwn(this.#checks, extname(path))
  }

  async fault(content: Buffer, path: string): Promise<Fault | undefined> {
    const text = content.toString()
    if (!isUtf8(content))
      return faultAt(text, Math.max(0, text.indexOf('\uFFFD')), 'this is not UTF-8')
    return await this.#checks[extname(path)]?.(text, path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#modules[Symbol.asyncDispose]()
  }

  /** As Node decides: by the nearest package.json; where that says nothing, by the syntax itself. */
  async #scriptFault(text: string, path: string): Promise<Fault | undefined> {
    const type = this.#packageType(dirname(path))
    if (type === 'module') return await this.#modules.fault(text)
    const fault = commonJsFault(text)
    const mayBeModule = type !== 'commonjs' && fault !== undefined && looksLikeModule(fault)
    return mayBeModule ? await this.#modules.fault(text) : fault
  }

  #packageType(folder: string): string {
    const known = this.#packageTypes.get(folder)
    if (known !== undefined) return known
    const found = this.#grants.read.some((root) => isUnder(root, folder))
      ? this.#readType(folder)
      : ''
    this.#packageTypes.set(folder, found)
    return found
  }

  #readType(folder: string): string {
    const text = ifExists(() => readFileSync(join(folder, 'package.json'), 'utf8'))
    if (text === undefined)
      return folder === dirname(folder) ? '' : this.#packageType(dirname(folder))
    const parsed = v.safeParse(packageJson, text)
    return parsed.success ? parsed.output.type : ''
  }
}

const packageJson = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ type: v.optional(v.string(), '') }),
)
