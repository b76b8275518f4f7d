import { MessageChannel, threadId, type MessagePort } from 'node:worker_threads'
import * as Comlink from 'comlink'
import {
  HOST_SERVICES,
  type AttemptToken,
  type HostServiceName,
  type HostServices,
  type ThreadHost,
} from '../protocol/host.ts'
import type { AbortMessage } from '../protocol/thread-messages.ts'
import { post } from './batch-reports.ts'

/** This thread's end of the line to main. Opened on first use: most tasks never call home. */
let host: Comlink.Remote<ThreadHost> | undefined
let control: MessagePort | undefined

export function threadHost(): Comlink.Remote<ThreadHost> {
  if (host !== undefined) return host
  const { port1, port2 } = new MessageChannel()
  post({ kind: 'link', threadId, port: port2 }, [port2])
  host = Comlink.wrap<ThreadHost>(port1)
  port1.unref()
  return host
}

/** From now on main can reach this thread with an abort. */
export function listenForAborts(onAbort: (message: AbortMessage) => void): void {
  if (control !== undefined) return
  const { port1, port2 } = new MessageChannel()
  control = port1
  port1.on('message', onAbort)
  port1.unref()
  post({ kind: 'control', threadId, port: port2 }, [port2])
}

/** The declared services as objects whose every method is a call to main. */
export function hostServices(token: AttemptToken, declared: readonly string[]): HostServices {
  const names = HOST_SERVICES.filter((name) => declared.includes(name))
  return Object.fromEntries(names.map((name) => [name, serviceProxy(token, name)]))
}

function serviceProxy(token: AttemptToken, service: HostServiceName): object {
  return new Proxy(
    {},
    {
      get(_, method): unknown {
        // `await ctx.host.x` must not call a method named `then`.
        if (typeof method === 'symbol' || method === 'then') return undefined
        return (...args: readonly unknown[]) => threadHost().call(token, service, method, args)
      },
    },
  )
}
