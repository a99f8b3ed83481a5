/** What a promise rejects with; undefined where it resolves. */
export const errorOf = (promise: Promise<unknown>): Promise<(Error & { code?: string }) | undefined> =>
  promise.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  )
