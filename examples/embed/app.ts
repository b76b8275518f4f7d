/** An HTTP server that stays quick while threads count primes and one of them hangs in an endless loop. Run it: bash run.sh */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Octopus } from 'octopus-executor'
import { Latencies } from './latencies.ts'
import { countPrimes } from './tasks/primes.ts'
import { spin } from './tasks/spin.ts'

/** A loop on the main thread would hold every answer up for as long as it lasts. */
const P99_MS_MAX = 250

const folder = mkdtempSync(join(tmpdir(), 'octopus-embed-'))
const octopus = await Octopus.open({
  store: join(folder, 'state.db'),
  tasks: new URL('./tasks/', import.meta.url),
})

const server = createServer((_request, response) => response.end('still here\n'))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const latencies = new Latencies(`http://127.0.0.1:${port}/`)

await latencies.during('before', pause(0))
const [found, cancelMs] = await latencies.during(
  'during: primes, and a loop cancelled',
  Promise.all([primes(), cancelledLoop()]),
)
await latencies.during('after', pause(0))

server.close()
server.closeAllConnections()
await octopus.close()
rmSync(folder, { recursive: true })

console.log(latencies.table())
console.log(`the endless loop was gone ${cancelMs.toFixed(0)} ms after its cancel`)
console.log(`${found} primes below 2,000,000, and the server never noticed`)
assert.equal(found, 148_933)
for (const phase of ['before', 'during: primes, and a loop cancelled', 'after'])
  assert.ok(latencies.percentile(phase, 0.99) < P99_MS_MAX, `${phase}: p99 under ${P99_MS_MAX} ms`)

async function primes(): Promise<number> {
  const ranges = Array.from({ length: 20 }, (_, nth) => ({
    from: nth * 100_000,
    to: (nth + 1) * 100_000,
  }))
  let sum = 0
  for await (const result of (await octopus.enqueueMany(countPrimes, ranges)).results())
    sum += result.found
  return sum
}

/** How long it took to be rid of it. */
async function cancelledLoop(): Promise<number> {
  const loop = await octopus.enqueue(spin, null)
  // Its progress tells that it has started; from then on its thread never yields.
  await new Promise<void>((resolve) => void loop.on('progress', () => resolve()))
  const startedAt = performance.now()
  await loop.cancel()
  await assert.rejects(loop.result(), { code: 'E_TASK_FAILED' })
  return performance.now() - startedAt
}
