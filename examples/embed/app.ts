/** An HTTP server that stays quick while threads count primes. Run it: npm start */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Octopus } from 'octopus-executor'
import { countPrimes } from './tasks/primes.ts'

const folder = mkdtempSync(join(tmpdir(), 'octopus-embed-'))
const octopus = await Octopus.open({
  store: join(folder, 'state.db'),
  tasks: new URL('./tasks/', import.meta.url),
})

const server = createServer((_request, response) => response.end('still here\n'))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

const ranges = Array.from({ length: 20 }, (_, nth) => ({
  from: nth * 100_000,
  to: (nth + 1) * 100_000,
}))
const counting = octopus.enqueueMany(countPrimes, ranges).then(async (tasks) => {
  let found = 0
  for await (const result of tasks.results()) found += result.found
  return found
})

let slowestMs = 0
let answers = 0
const done = new AbortController()
void counting.finally(() => done.abort())
while (!done.signal.aborted) {
  const startedAt = performance.now()
  await (await fetch(`http://127.0.0.1:${port}/`)).text()
  slowestMs = Math.max(slowestMs, performance.now() - startedAt)
  answers += 1
}
const counted = await counting
console.log(`${counted} primes below 2,000,000 (148933 expected)`)
console.log(`${answers} requests answered meanwhile, the slowest after ${slowestMs.toFixed(0)} ms`)

server.close()
server.closeAllConnections()
await octopus.close()
rmSync(folder, { recursive: true })
if (counted !== 148_933) process.exitCode = 1
