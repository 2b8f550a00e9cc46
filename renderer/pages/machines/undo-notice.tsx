/** Says what was done and takes it back, in place of a question beforehand. */
import { useEffect, useRef } from 'react';
import type { Api } from '../../../core/protocol/api.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { machinesTexts } from './texts.ts';

export interface Undoable {
  /** What has then happened. */
  readonly done: string;
  readonly change: (api: Api) => Promise<unknown>;
  readonly undo: (api: Api) => Promise<unknown>;
}

interface UndoNoticeProps {
  readonly done: Undoable;
  readonly onUndo: () => void;
  readonly onDismiss: () => void;
}

export function UndoNotice({ done, onUndo, onDismiss }: UndoNoticeProps) {
  const words = machinesTexts;
  const button = useRef<HTMLButtonElement>(null);
  // The button that did it may be gone with what it stood in; the keyboard goes on from here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is done
  useEffect(() => button.current?.focus(), [done]);
  return (
    <div className="notice undo">
      <p>{done.done}</p>
      <div className="buttons">
        <button ref={button} type="button" className="primary" onClick={onUndo}>
          {words.undo}
        </button>
        <button type="button" onClick={onDismiss}>
          {sharedTexts.error.dismiss}
        </button>
      </div>
    </div>
  );
}
