/** The most that setTimeout takes; anything above fires at once. */
export const longestDelayMs = 2 ** 31 - 1
