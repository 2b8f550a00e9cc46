/** Between the bench page and its worker. */

/** To the worker. `begin` is the first, and comes once. */
export type ToWorker =
  | { readonly kind: 'begin'; readonly plimsollVersion: string; readonly tuning: Tuning }
  /** One line of the provider protocol. */
  | { readonly kind: 'line'; readonly line: string };

/** From the worker. */
export type FromWorker =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'tuned'; readonly key: string; readonly choice: number };

/** Which candidate was fastest, by what is tuned. */
export type Tuning = Readonly<Record<string, number>>;
