import type { Api, ApiEventPayload } from '../../core/protocol/api.ts';
import { progressView } from './format/progress.ts';
import type { Terminal } from './format/terminal.ts';
import { onInterrupt } from './interrupt.ts';

/** Starts a run and follows it to its end. A signal ends the run early; what it measured is kept. */
export async function followRun<Started extends { readonly runId: string }>(
  api: Api,
  terminal: Terminal,
  start: () => Promise<Started>,
): Promise<{ readonly started: Started; readonly ended: ApiEventPayload<'run.ended'> }> {
  const view = progressView(terminal);
  const ended = Promise.withResolvers<ApiEventPayload<'run.ended'>>();
  // Before the start, so that the end of a short run is not missed; one process has one run.
  const subscriptions = [api.subscribe('run.progress', view.show), api.subscribe('run.ended', ended.resolve)];
  // A signal may come before the run has its id.
  const begun = Promise.withResolvers<string>();
  begun.promise.catch(() => {});
  const release = onInterrupt(() => {
    view.end();
    terminal.err('Stopping: what was measured is kept. Again to stop at once.');
    begun.promise.then((runId) => api.call('runs.cancel', { runId })).catch(() => {});
  });
  try {
    const started = await start();
    begun.resolve(started.runId);
    const end = await ended.promise;
    view.end();
    return { started, ended: end };
  } catch (error) {
    begun.reject(error);
    throw error;
  } finally {
    release();
    for (const unsubscribe of subscriptions) unsubscribe();
  }
}
