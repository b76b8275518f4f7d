import { cents } from '@shop/core'
import { withTax } from '@shop/tax'

export const total = (prices) => prices.reduce((sum, each) => sum + withTax(each), 0)
export const isEmpty = (prices) => prices.every((each) => cents(each) === 0)

export function selfTest() {
  return total([1, 2]) === 357 && isEmpty([])
}
