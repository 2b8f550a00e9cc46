/** Between the bench page and its worker. */

/** To the worker. `begin` is the first, and comes once. */
export type ToWorker =
  | { readonly kind: 'begin'; readonly plimsollVersion: string }
  /** One line of the provider protocol. */
  | { readonly kind: 'line'; readonly line: string };

/** From the worker: one line of the provider protocol. */
export interface FromWorker {
  readonly line: string;
}
