/** The only source of randomness; tests pass a seeded one instead. */
export const systemRandom = (): number => Math.random()
