/** A step could not be done, and the message says what failed, why, and what to do: it is printed without a stack. */
export class StepFailure extends Error {}
