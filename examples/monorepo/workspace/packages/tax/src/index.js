import { cents } from '@shop/core'

export const withTax = (euros) => cents(euros * 1.19)

export function selfTest() {
  return withTax(100) === 11900
}
