import type { MessagePort } from 'node:worker_threads'
import * as Comlink from 'comlink'
import { OctopusError } from '../protocol/errors.ts'
import {
  HOST_SERVICES,
  type AttemptToken,
  type EnqueueAnswer,
  type HostServiceName,
  type PartSpec,
  type SpawnRequest,
  type ThreadHost,
} from '../protocol/host.ts'
import type { TaskSpec } from '../protocol/task-spec.ts'
import type { Children } from './children.ts'

/** A host's subsystems, as `run(context)` or `Octopus.open` got them. */
export type HostContext = { readonly [Name in HostServiceName]?: unknown }

export interface HostLinkOptions {
  readonly children: Children
  /** The type of the task that runs under this token, undefined when it is over. */
  readonly runningType: (seq: number, attempt: number) => string | undefined
  readonly checkpoint: (seq: number, attempt: number, value: Uint8Array) => Promise<void>
  readonly enqueue: (token: AttemptToken, spec: TaskSpec) => Promise<void>
  readonly split: (token: AttemptToken, parts: readonly PartSpec[]) => Promise<void>
  /** The names that the task's definition declared. */
  readonly declared: (type: string) => readonly string[]
}

/** Main's end of the line to every thread. The only file of main that imports comlink. */
export class HostLink implements ThreadHost {
  readonly #options: HostLinkOptions
  #context: HostContext = {}

  constructor(options: HostLinkOptions) {
    this.#options = options
  }

  /** Services that handlers may call from now on. */
  serve(context: HostContext): void {
    this.#context = context
  }

  connect(port: MessagePort): void {
    Comlink.expose(
      {
        spawn: this.spawn.bind(this),
        checkpoint: this.checkpoint.bind(this),
        enqueue: this.enqueue.bind(this),
        split: this.split.bind(this),
        call: this.call.bind(this),
      } satisfies ThreadHost,
      port,
    )
    // exposing starts the port, and a started port holds the process open
    port.unref()
  }

  async spawn(token: AttemptToken, request: SpawnRequest): ReturnType<ThreadHost['spawn']> {
    this.#refuseOver(token)
    return this.#options.children.run(token, request)
  }

  async checkpoint(token: AttemptToken, value: Uint8Array): Promise<void> {
    this.#refuseOver(token)
    await this.#options.checkpoint(token.seq, token.attempt, value)
  }

  async enqueue(token: AttemptToken, spec: TaskSpec): Promise<EnqueueAnswer> {
    this.#refuseOver(token)
    return answerTo(this.#options.enqueue(token, spec))
  }

  async split(token: AttemptToken, parts: readonly PartSpec[]): Promise<EnqueueAnswer> {
    this.#refuseOver(token)
    return answerTo(this.#options.split(token, parts))
  }

  async call(
    token: AttemptToken,
    service: HostServiceName,
    method: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const type = this.#refuseOver(token)
    const target = this.#context[service]
    if (!HOST_SERVICES.includes(service) || !this.#options.declared(type).includes(service)) {
      throw new Error(`the task does not declare the host service '${service}'`)
    }
    if (typeof target !== 'object' || target === null)
      throw new Error(`this host has no ${service}`)
    // Only the service's own methods: `constructor` and friends are nobody's business.
    const member: unknown = Object.hasOwn(Object.prototype, method)
      ? undefined
      : Reflect.get(target, method)
    if (typeof member !== 'function') throw new Error(`${service} has no method '${method}'`)
    return Reflect.apply(member, target, args) as unknown
  }

  #refuseOver({ seq, attempt }: AttemptToken): string {
    const type = this.#options.runningType(seq, attempt)
    if (type === undefined) throw new Error('the attempt that asks is over')
    return type
  }
}

async function answerTo(held: Promise<void>): Promise<EnqueueAnswer> {
  try {
    await held
    return { kind: 'held' }
  } catch (error) {
    if (!(error instanceof OctopusError)) throw error
    const { code, message, hint, task } = error
    return { kind: 'refused', code, message, hint, task }
  }
}
