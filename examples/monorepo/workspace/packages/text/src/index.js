/** 11900 -> '119.00 EUR' */
export const price = (amount) => `${(amount / 100).toFixed(2)} EUR`

export function selfTest() {
  return price(11900) === '119.00 EUR'
}
