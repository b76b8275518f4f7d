import { describe, expect, test } from 'vitest'
import { Octopus } from '../../../src/main/index.ts'
import { Rig } from '../../rig/engine.ts'
import { RawClient, rawTask } from '../../rig/raw-client.ts'

async function owned(rig: Rig): Promise<{ store: string; owner: Octopus }> {
  const store = rig.at('state.db')
  return { store, owner: await rig.open({ store, autostart: false }) }
}

/** What every misbehaviour leaves behind: an owner that serves the next client. */
async function expectServed(store: string): Promise<void> {
  await using remote = await Octopus.connect(store)
  const { id } = await remote.enqueue({ type: 'fails', payload: { ways: ['ok'] } })
  expect(await remote.get(id)).toMatchObject({ id, state: 'ready' })
}

const SOMETHING = { kind: 'ask', question: 'types', args: '[]' } as const

describe('a client that misbehaves costs only its own connection', () => {
  test('garbage instead of a greeting, and instead of a request', async () => {
    await using rig = new Rig()
    const { store } = await owned(rig)
    using first = new RawClient(store)
    first.socket.write('GET / HTTP/1.1\r\n\r\n')
    await first.closed
    using second = await RawClient.greeted(store)
    second.socket.write(Uint8Array.of(0, 0, 0, 3, 255, 255, 255))
    await second.closed
    expect(second.farewell).toContain('no request')
    await expectServed(store)
  })

  test('a giant length, before and after the greeting', async () => {
    await using rig = new Rig()
    const { store } = await owned(rig)
    using early = new RawClient(store)
    early.socket.write(Uint8Array.of(0, 1, 0, 0))
    await early.closed
    using late = await RawClient.greeted(store)
    late.socket.write(Uint8Array.of(0x7f, 255, 255, 255))
    await late.closed
    expect(late.farewell).toContain('a frame of 2147483647 bytes')
    await expectServed(store)
  })

  test('half a batch is no batch', async () => {
    await using rig = new Rig()
    const { store, owner } = await owned(rig)
    using client = await RawClient.greeted(store)
    const tasks = Array.from({ length: 100 }, (_, at) =>
      rawTask('fails', { ways: ['ok'] }, { id: `half-${at}` }),
    )
    const batch = client.frame({ kind: 'enqueue', tasks, together: false })
    const before = client.send(SOMETHING)
    client.socket.write(batch.subarray(0, batch.byteLength - 1))
    await client.until(() => client.answers.some(({ call }) => call === before))
    client.socket.destroy()
    await client.closed
    expect(owner.status().queuedTasks).toBe(0)
    await expectServed(store)
  })

  test('a whole batch of a client that is gone before its answer is accepted, once', async () => {
    await using rig = new Rig()
    const { store, owner } = await owned(rig)
    const send = async (): Promise<void> => {
      using client = await RawClient.greeted(store)
      const task = rawTask('fails', { ways: ['ok'] }, { id: 'sent twice' })
      await new Promise((resolve) =>
        client.socket.end(client.frame({ kind: 'enqueue', tasks: [task], together: false }), () =>
          resolve(undefined),
        ),
      )
      await client.closed
    }
    await send()
    await send()
    await expectServed(store)
    expect((await owner.list({ ids: ['sent twice'] })).tasks).toHaveLength(1)
    expect(owner.status().queuedTasks).toBe(2)
  })

  test('another protocol is greeted, and told both versions', async () => {
    await using rig = new Rig()
    const { store } = await owned(rig)
    using client = new RawClient(store)
    client.greet(store, 99)
    await client.closed
    expect(client.hello).toMatchObject({ protocol: 1, pid: process.pid })
    expect(client.farewell).toContain('protocol 99')
  })

  test('options of the wrong kind, questions nobody knows, arguments that are none', async () => {
    await using rig = new Rig()
    const { store } = await owned(rig)
    using client = await RawClient.greeted(store)
    const refused = async (body: Parameters<RawClient['send']>[0]): Promise<unknown> => {
      const call = client.send(body)
      const mine = (): (typeof client.answers)[number] | undefined =>
        client.answers.find((answer) => answer.call === call)
      await client.until(() => mine() !== undefined)
      const answer = mine()
      if (answer?.kind === 'accepted') return answer.tasks[0]?.fault?.code
      return answer?.kind === 'fault' ? answer.fault.code : answer
    }
    const enqueue = (options: object): Parameters<RawClient['send']>[0] => ({
      kind: 'enqueue',
      together: false,
      tasks: [rawTask('fails', { ways: [] }, options)],
    })
    expect(await refused(enqueue({ priority: 'high' }))).toBe('E_USAGE')
    expect(await refused(enqueue({ backoff: null }))).toBe('E_USAGE')
    expect(await refused(enqueue({ after: { length: 1 } }))).toBe('E_USAGE')
    expect(await refused(enqueue({ no: 'such option' }))).toBe('E_USAGE')
    const ask = (question: string, args: string): Parameters<RawClient['send']>[0] => ({
      kind: 'ask',
      question,
      args,
    })
    expect(await refused(ask('close', '[]'))).toBe('E_USAGE')
    expect(await refused(ask('constructor', '[]'))).toBe('E_USAGE')
    expect(await refused(ask('pause', '["tail"]'))).toBe('E_UNKNOWN_ARM')
    expect(await refused(ask('list', '[{"states":["lost"]}]'))).toBe('E_USAGE')
    expect(await refused(ask('list', '[{"colour":"red"}]'))).toBe('E_USAGE')
    expect(await refused(ask('cancel', '{'))).toBe('')
    expect(await refused(ask('types', '[]'))).toMatchObject({ kind: 'json' })
  })

  test('one that never reads loses progress, then its connection, and is told why', async () => {
    await using rig = new Rig()
    const { store, owner } = await owned(rig)
    using client = await RawClient.greeted(store)
    const call = client.send({ kind: 'watch', kinds: ['arm.changed'] })
    const asked = client.send(SOMETHING)
    await client.until(() => client.answers.some((answer) => answer.call === asked))
    client.socket.pause()
    for (let turn = 0; turn < 120; turn++) {
      for (let nth = 0; nth < 500; nth++) owner.pause('batch')
      await new Promise((resolve) => setImmediate(resolve))
    }
    client.socket.resume()
    await client.closed
    expect(client.farewell).toContain('too slowly')
    expect(client.answers.filter((answer) => answer.call === call).length).toBeGreaterThan(100)
    await expectServed(store)
  })
})
