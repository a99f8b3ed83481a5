/** When requests were asked, by their ids, which only grow: the last so many of them, without making anything. */
export class RequestTimes {
  readonly #ids: Float64Array
  readonly #times: Float64Array

  /** `room`: a power of two; of requests that wait behind so many others the time is not known. */
  constructor(room = 1024) {
    this.#ids = new Float64Array(room)
    this.#times = new Float64Array(room)
  }

  begin(id: number, at: number): void {
    const place = id & (this.#ids.length - 1)
    this.#ids[place] = id
    this.#times[place] = at
  }

  /** Once; undefined where it is not known. */
  end(id: number): number | undefined {
    const place = id & (this.#ids.length - 1)
    if (this.#ids[place] !== id) return undefined
    this.#ids[place] = 0
    return this.#times[place]
  }
}
