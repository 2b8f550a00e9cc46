/** Everything that can be done, by a few letters of its name. */
import { useEffect, useRef, useState } from 'react';
import { commands, findCommands } from '../commands.ts';
import { commandTexts } from '../texts/commands.ts';
import { Keys } from './keys.tsx';

export function CommandPalette({ onClose }: { onClose: () => void }) {
  const words = commandTexts;
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const [position, setPosition] = useState(0);
  const found = findCommands(commands, query);
  const chosen = found[Math.min(position, found.length - 1)];
  useEffect(() => dialog.current?.showModal(), []);

  const run = (command: typeof chosen) => {
    dialog.current?.close();
    command?.run();
  };
  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') run(chosen);
    if (step === undefined || found.length === 0) return;
    event.preventDefault();
    setPosition((position + step + found.length) % found.length);
  };

  return (
    <dialog ref={dialog} className="palette" aria-label={words.palette} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen === undefined ? undefined : `command-${chosen.id}`}
        aria-label={words.palette}
        placeholder={words.placeholder}
        value={query}
        autoFocus
        onChange={({ target }) => {
          setQuery(target.value);
          setPosition(0);
        }}
        onKeyDown={move}
      />
      <div role="listbox" id="palette-list" aria-label={words.palette}>
        {found.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above
          <div
            key={command.id}
            id={`command-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === chosen}
            onClick={() => run(command)}
          >
            {command.title}
            {command.keys !== undefined && <Keys keys={command.keys} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="quiet-text">{words.nothing(query)}</p>}
    </dialog>
  );
}
