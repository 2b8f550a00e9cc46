import { desktopBridge } from '../../api/ipc-transport.ts';
import { texts } from '../../texts.ts';

interface MeasureInBrowserProps {
  readonly disabled: boolean;
  readonly onStart: () => void;
}

/** Begins a run on the browser's own WebGPU. That runs in the bench page: a tab of its own, or in Electron a window that is not shown. */
export function MeasureInBrowser({ disabled, onStart }: MeasureInBrowserProps) {
  const words = texts.profile;
  const isDesktop = desktopBridge() !== undefined;
  return (
    <button
      type="button"
      disabled={disabled}
      title={words.inBrowserMeaning}
      onClick={() => {
        // Here, for browsers open tabs only while a click is handled. Under a name, so that there is one however often it is pressed.
        if (!isDesktop) window.open('bench', 'plimsoll-bench');
        onStart();
      }}
    >
      {isDesktop ? words.inDesktop : words.inBrowser}
    </button>
  );
}
