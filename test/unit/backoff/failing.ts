/** Fails with Error('1'), Error('2') … as often as told, then answers 'done'. */
export function failing(times: number) {
  const calls: number[] = []
  const fn = (attempt: number) => {
    calls.push(attempt)
    if (calls.length <= times) throw new Error(String(attempt))
    return 'done'
  }
  return { fn, calls }
}
