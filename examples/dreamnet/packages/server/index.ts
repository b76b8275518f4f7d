import { once } from 'node:events'
import { createServer } from 'node:http'
import { OctopusExecutor } from '@dreamnet/octopus-executor'

/** Starts the executor, gives it the baseline health task, and answers `GET /octopus` with its status. */
export async function startServer(): Promise<{ url: string; close(): Promise<void> }> {
  await OctopusExecutor.init()
  const status = OctopusExecutor.status()
  console.log(`[octopus] ${status.arms.length} arms, ${status.queuedTasks} tasks queued`)

  await OctopusExecutor.enqueue({
    id: `health-batch-${Date.now()}`,
    type: 'run-batch-job',
    createdAt: Date.now(),
    payload: { reason: 'baseline octopus health job' },
  })

  const server = createServer((request, response) => {
    if (request.url !== '/octopus') return response.writeHead(404).end()
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(OctopusExecutor.status()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await OctopusExecutor.close()
    },
  }
}
