/**
 * `worse`: a comparison found something WORSE, and was told to fail on it; or a figure that was measured again disagrees. `unclear`: it cannot be
 * told whether it agrees.
 */
export const exitCodes = { ok: 0, failed: 1, badInput: 2, worse: 3, unclear: 4, cancelled: 130 } as const;
