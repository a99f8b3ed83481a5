/** One sentence of the doctor's, and what to do about it. */
export interface Finding {
  readonly level: 'good' | 'advice' | 'problem'
  readonly what: string
  /** What to set, in words that can be pasted where possible. */
  readonly todo?: string
}

export const good = (what: string): Finding => ({ level: 'good', what })
export const advice = (what: string, todo: string): Finding => ({ level: 'advice', what, todo })
export const problem = (what: string, todo: string): Finding => ({ level: 'problem', what, todo })
