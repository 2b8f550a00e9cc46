const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `end` at the first signal that asks the process to end; a second one ends it at once. Returns the function that
 * takes the signals back to what they did before.
 */
export function onInterrupt(end: () => void): () => void {
  let asked = false;
  const listener = () => {
    if (asked) process.exit(130);
    asked = true;
    end();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
