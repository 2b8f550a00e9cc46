import type { RunRequest } from '../../../core/protocol/api.ts';
import { desktopBridge } from '../../api/ipc-transport.ts';
import { useStartRun } from '../../api/queries.ts';
import { goToPage } from '../../view-state.ts';

export type BeginRun = ReturnType<typeof useBeginRun>;

/**
 * Begins a run and shows the page that follows it. For components that stay when a run begins: where it then fails, they say why.
 */
export function useBeginRun() {
  const start = useStartRun();
  /** To be called while a click is handled. */
  const begin = (request: RunRequest) => {
    // WebGPU runs in the bench page: in a browser a tab of its own, which may only be opened while a click is handled; in
    // Electron a window that is not shown. Under a name, so that there is one however often it is opened.
    if (request.providers?.includes('webgpu-page') && desktopBridge() === undefined) {
      window.open('bench', 'plimsoll-bench');
    }
    // Not by the mutation's own callback: what is here may be gone by then, and the page is to follow all the same.
    start.mutateAsync(request).then(
      () => goToPage('profile'),
      () => {},
    );
  };
  return { begin, isPending: start.isPending, error: start.error, reset: start.reset };
}
