/** The name among `known` that takes the fewest typing mistakes to become `name`; the first of equals. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const mistakes = typingMistakes(name.toLowerCase(), candidate.toLowerCase())
    if (mistakes < fewest) {
      fewest = mistakes
      nearest = candidate
    }
  }
  return nearest
}

// Optimal string alignment: a letter too many, missing, wrong, or two neighbours exchanged.
function typingMistakes(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const wrong = a[row - 1] === b[column - 1] ? 0 : 1
      let mistakes = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + wrong)
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        mistakes = Math.min(mistakes, beforeLast[column - 2]! + 1)
      }
      current.push(mistakes)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}
