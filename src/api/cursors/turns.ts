/** One after the other, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  /** Nobody has a turn or waits for one. */
  get isFree(): boolean {
    return this.#waiting === 0
  }

  /** `come` resolves when it is one's turn; `over` ends it, or gives it up beforehand. */
  take(): { readonly come: Promise<void>; over(): void } {
    const come = this.#last
    this.#waiting++
    let over = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      over = () => {
        this.#waiting--
        resolve()
      }
    })
    this.#last = come.then(() => ended)
    return { come, over }
  }
}
