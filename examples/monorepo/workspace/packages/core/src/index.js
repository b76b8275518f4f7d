/** Cents, so that no sum is ever off by one. */
export const cents = (euros) => Math.round(euros * 100)

export function selfTest() {
  return cents(19.99) === 1999
}
