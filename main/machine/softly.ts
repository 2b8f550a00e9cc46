/** So long may a question take; what hangs within the kernel is not waited for. */
const probeMs = 3900;

/** The answer, or `fallback` where the question failed or took too long. */
export async function softly<T, F>(question: Promise<T>, fallback: F): Promise<T | F> {
  const late = Promise.withResolvers<F>();
  const timer = setTimeout(() => late.resolve(fallback), probeMs);
  try {
    return await Promise.race([question, late.promise]);
  } catch {
    return fallback;
  } finally {
    clearTimeout(timer);
  }
}
