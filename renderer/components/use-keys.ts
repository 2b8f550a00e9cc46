import { useEffect } from 'react';
import { commands, matchKeys } from '../commands.ts';

/** Longer between two keys, and the first one is forgotten. */
const patienceMs = 1500;

interface OwnKeys {
  readonly onPalette: () => void;
  readonly onHelp: () => void;
}

/** Listens to the whole page. Keys that are typed into a field, or while a dialog is open, are none of ours. */
export function useKeys({ onPalette, onHelp }: OwnKeys): void {
  useEffect(() => {
    let pressed: string[] = [];
    let last = 0;
    const listen = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, timeStamp } = event;
      if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') {
        event.preventDefault();
        onPalette();
        return;
      }
      if (ctrlKey || metaKey || altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (key === '?') {
        onHelp();
        return;
      }
      pressed = timeStamp - last > patienceMs ? [key] : [...pressed, key];
      last = timeStamp;
      const match = matchKeys(commands, pressed) ?? matchKeys(commands, [key]);
      if (match === undefined || match === 'beginning') {
        pressed = match === undefined ? [] : pressed.length > 1 ? [key] : pressed;
        return;
      }
      event.preventDefault();
      pressed = [];
      match.command.run();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [onPalette, onHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea');
}
