import type { RunRequest } from '../../../core/protocol/api.ts';
import { desktopBridge } from '../../api/ipc-transport.ts';
import { useStartRun } from '../../api/queries.ts';
import { goToPage } from '../../view-state.ts';

/** Begins a run and shows the page that follows it. To be called while a click is handled. */
export function useBeginRun() {
  const start = useStartRun();
  const begin = (request: RunRequest) => {
    // WebGPU runs in the bench page: in a browser a tab of its own, which may only be opened while a click is handled; in
    // Electron a window that is not shown. Under a name, so that there is one however often it is opened.
    if (request.providers?.includes('webgpu-page') && desktopBridge() === undefined) {
      window.open('bench', 'plimsoll-bench');
    }
    start.mutate(request, { onSuccess: () => goToPage('profile') });
  };
  return { begin, isPending: start.isPending, error: start.error, reset: start.reset };
}
