import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { OctopusError } from '../main/index.ts'

export interface LineFileOptions {
  /** What asked for it, for errors: `--joblog`. */
  readonly flag: string
  /** Keep what is there and go on behind it. */
  readonly append: boolean
  /** Told once, when it can no longer be written; nothing is written after that. */
  readonly failed: (error: OctopusError) => void
}

/** A file of lines that grows while a command runs. Each write has happened when the call returns. */
export class LineFile {
  readonly #path: string
  readonly #file: number
  readonly #options: LineFileOptions
  #broken = false

  /** @throws OctopusError E_USAGE when it cannot be opened */
  constructor(path: string, options: LineFileOptions) {
    this.#path = path
    this.#options = options
    this.#file = opened(path, options)
  }

  get isEmpty(): boolean {
    return fstatSync(this.#file).size === 0
  }

  write(text: string): void {
    if (this.#broken) return
    this.#guarded(() => {
      const bytes = Buffer.from(text)
      // A disk that runs full takes a part first.
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at)
    })
  }

  /** On disk when it returns, where the file is one that has a disk. */
  sync(): void {
    if (!this.#broken && fstatSync(this.#file).isFile()) this.#guarded(() => fsyncSync(this.#file))
  }

  close(): void {
    closeSync(this.#file)
  }

  #guarded(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#broken = true
      const { flag, failed } = this.#options
      failed(outputFailed(`${flag} ${this.#path}`, error))
    }
  }
}

/** What could not be written is not lost: the store has it. */
export function outputFailed(what: string, cause: unknown): OctopusError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  const why = code === 'ENOSPC' ? 'the disk is full (ENOSPC)' : code
  return new OctopusError('E_OUTPUT', `${what} cannot be written: ${why}`, {
    hint: 'Free space or write elsewhere, then go on with --resume: what has ended is in the store.',
    cause,
  })
}

function opened(path: string, { append, flag }: LineFileOptions): number {
  try {
    return openSync(path, append ? 'a' : 'w')
  } catch (error) {
    throw new OctopusError('E_USAGE', `${flag} ${path} cannot be written`, {
      hint: 'Name a file in a folder that is there.',
      cause: error,
    })
  }
}
