import { defineTask } from 'octopus-executor/task'

/** Counts primes in a range: pure computation, which on the main thread would stop the server. */
export const countPrimes = defineTask({
  type: 'count-primes',
  arm: 'batch',
  run({ from, to }: { from: number; to: number }, { signal, progress }) {
    let found = 0
    for (let candidate = from; candidate < to; candidate++) {
      if (signal.aborted) throw signal.reason
      if (isPrime(candidate)) found += 1
      if (candidate % 10_000 === 0) progress(candidate - from, to - from)
    }
    return { found }
  },
})

function isPrime(candidate: number): boolean {
  if (candidate < 2) return false
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
    if (candidate % divisor === 0) return false
  }
  return true
}
