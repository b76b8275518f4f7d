import { defineConfig } from 'vitest/config'

import base from './vitest.config.ts'

// Long campaigns (kill -9 loops, hours of simulated load) run on their own: npm run campaign.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/campaign/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 3_600_000,
    maxWorkers: 1,
  },
})
