/** Each order is as likely as any other (Fisher and Yates), given a fair source of numbers in [0, 1). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1))
    const item = order[last] as T
    order[last] = order[chosen] as T
    order[chosen] = item
  }
  return order
}
