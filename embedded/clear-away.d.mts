/** Ends every server process that lives in `folder`, paused or not, then removes the folder. */
export function clearAway(folder: string): Promise<void>
