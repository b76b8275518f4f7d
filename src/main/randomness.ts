import { randomBytes } from 'node:crypto'

/** The only source of randomness; tests pass a seeded one instead. */
export const systemRandom = (): number => Math.random()

/** Eight characters that no other process has drawn. */
export const randomTag = (): string =>
  randomBytes(8).readBigUInt64BE().toString(36).padStart(8, '0').slice(-8)
