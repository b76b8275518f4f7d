import { defineConfig } from 'vitest/config'

// Source runs as it is: `#thread` and its kin lead to src under this condition, to dist without it.
// Worker threads inherit it from execArgv; a child process a test starts itself gets it from test/rig/node.ts.
export const sourceCondition = 'octopus-src'

export default defineConfig({
  ssr: { resolve: { conditions: [sourceCondition, 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/campaign/**', '**/node_modules/**'],
    pool: 'forks',
    execArgv: [`--conditions=${sourceCondition}`],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
