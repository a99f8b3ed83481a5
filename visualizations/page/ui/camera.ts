// Moves the viewBox of a picture: to what is to be seen, by the wheel, by dragging.

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const glideMs = 260
/** Around what is looked at, in the picture's units. */
const room = 48
/** How small the picture may become so that all of an arrow is seen; never larger than life. */
const smallest = 0.55

export class Camera {
  readonly #svg: SVGSVGElement
  readonly #whole: Box
  #box: Box
  #frame = 0
  /** The user has moved it: it stays there until it is to look at something else. */
  #target = ''
  readonly #closed = new AbortController()

  constructor(svg: SVGSVGElement) {
    this.#svg = svg
    const { x, y, width, height } = svg.viewBox.baseVal
    this.#whole = { x, y, width, height }
    this.#box = this.#whole
    svg.removeAttribute('width')
    svg.removeAttribute('height')
    svg.setAttribute('preserveAspectRatio', 'xMidYMid meet')
    const { signal } = this.#closed
    svg.addEventListener('wheel', (event) => this.#zoom(event), { passive: false, signal })
    svg.addEventListener('pointerdown', (event) => this.#drag(event), { signal })
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#closed.abort()
  }

  reset(): void {
    this.#target = 'all'
    this.#glide(this.#whole)
  }

  lookAtAll(): void {
    if (this.#target === '') this.reset()
  }

  lookAt(elements: readonly Element[]): void {
    const box = this.#around(elements)
    const target = JSON.stringify(box)
    if (box === undefined || target === this.#target) return
    this.#target = target
    this.#glide(box)
  }

  /** In the picture's own coordinates, whatever is transformed in it and wherever the camera is. */
  #around(elements: readonly Element[]): Box | undefined {
    const matrix = this.#svg.getScreenCTM()?.inverse()
    if (elements.length === 0 || matrix === undefined) return undefined
    const corners = elements.flatMap((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect()
      return [new DOMPoint(left, top), new DOMPoint(right, bottom)].map((point) =>
        point.matrixTransform(matrix),
      )
    })
    const xs = corners.map(({ x }) => x)
    const ys = corners.map(({ y }) => y)
    // What stands first is what matters: where not all has room, it is the middle.
    const { width: frameWidth, height: frameHeight } = this.#svg.getBoundingClientRect()
    const along = (values: number[], frame: number) => {
      const [low, high] = [Math.min(...values) - room, Math.max(...values) + room]
      const size = Math.min(Math.max(high - low, frame), frame / smallest)
      const middle = high - low > size ? (values[0]! + values[1]!) / 2 : (low + high) / 2
      return { from: Math.round((middle - size / 2) / 8) * 8, size: Math.round(size / 8) * 8 }
    }
    const x = along(xs, frameWidth)
    const y = along(ys, frameHeight)
    return this.#inside({ x: x.from, y: y.from, width: x.size, height: y.size })
  }

  #inside({ x, y, width, height }: Box): Box {
    const whole = this.#whole
    const clamp = (value: number, size: number, from: number, length: number) =>
      size >= length ? from + (length - size) / 2 : Math.min(Math.max(value, from), from + length - size)
    return {
      x: clamp(x, width, whole.x, whole.width),
      y: clamp(y, height, whole.y, whole.height),
      width,
      height,
    }
  }

  #glide(to: Box): void {
    cancelAnimationFrame(this.#frame)
    const from = this.#box
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
    const begun = performance.now()
    const move = (): void => {
      const share = isStill ? 1 : Math.min(1, (performance.now() - begun) / glideMs)
      const eased = 1 - (1 - share) ** 3
      const between = (a: number, b: number) => a + (b - a) * eased
      this.#show({
        x: between(from.x, to.x),
        y: between(from.y, to.y),
        width: between(from.width, to.width),
        height: between(from.height, to.height),
      })
      if (share < 1) this.#frame = requestAnimationFrame(move)
    }
    move()
  }

  #show(box: Box): void {
    this.#box = box
    this.#svg.setAttribute('viewBox', `${box.x} ${box.y} ${box.width} ${box.height}`)
  }

  #zoom(event: WheelEvent): void {
    event.preventDefault()
    cancelAnimationFrame(this.#frame)
    const matrix = this.#svg.getScreenCTM()?.inverse()
    if (matrix === undefined) return
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix)
    const { width, height } = this.#box
    const wanted = width * Math.exp(event.deltaY / 400)
    const factor = Math.min(Math.max(wanted, this.#whole.width / 12), this.#whole.width * 1.5) / width
    this.#show({
      x: at.x - (at.x - this.#box.x) * factor,
      y: at.y - (at.y - this.#box.y) * factor,
      width: width * factor,
      height: height * factor,
    })
  }

  #drag(event: PointerEvent): void {
    if (event.button !== 0) return
    cancelAnimationFrame(this.#frame)
    const begun = this.#box
    const scale = this.#svg.getScreenCTM()?.a ?? 1
    const { clientX, clientY } = event
    const over = new AbortController()
    this.#svg.setPointerCapture(event.pointerId)
    const move = (to: PointerEvent): void =>
      this.#show({
        ...begun,
        x: begun.x - (to.clientX - clientX) / scale,
        y: begun.y - (to.clientY - clientY) / scale,
      })
    this.#svg.addEventListener('pointermove', move, { signal: over.signal })
    this.#svg.addEventListener('pointerup', () => over.abort(), { signal: over.signal })
  }
}
