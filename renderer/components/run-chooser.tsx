/** One run of many: a field that is typed into, and below it the runs that have those words in them, newest first. */
import { useEffect, useId, useRef, useState } from 'react';
import { formatTime } from '../../core/format/units.ts';
import type { RunSummary } from '../../core/protocol/run.ts';
import { runTexts } from '../texts/runs.ts';
import { useWindowedRows } from './use-windowed-rows.ts';

interface RunChooserProps {
  /** Where there is more than one choice of a run. */
  readonly label?: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** '' where none is chosen. */
  readonly runId: string;
  /** Says that none can be chosen, and what that means; it is then called with ''. */
  readonly none?: string;
  readonly onChoose: (runId: string) => void;
}

interface Choice {
  readonly id: string;
  readonly name: string;
}

export function RunChooser({ label = runTexts.label, runs, runId, none, onChoose }: RunChooserProps) {
  const words = runTexts;
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState<string>();
  const [active, setActive] = useState(0);
  const isOpen = query !== undefined;
  const all: Choice[] = [
    ...(none === undefined ? [] : [{ id: '', name: none }]),
    ...runs.map((run) => ({ id: run.id, name: nameOfRun(run) })),
  ];
  const chosen = all.find(({ id }) => id === runId);
  const found = isOpen ? findRuns(all, query) : [];
  const current = found[Math.min(active, found.length - 1)];

  const open = () => {
    setQuery('');
    setActive(
      Math.max(
        0,
        all.findIndex(({ id }) => id === runId),
      ),
    );
    field.current?.select();
  };
  const close = () => setQuery(undefined);
  const choose = (choice: Choice | undefined) => {
    close();
    if (choice !== undefined && choice.id !== runId) onChoose(choice.id);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const { key } = event;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[key];
    if (step !== undefined) {
      event.preventDefault();
      if (!isOpen) open();
      else setActive(Math.min(found.length - 1, Math.max(0, active + step)));
    } else if (key === 'Enter' && isOpen) {
      event.preventDefault();
      choose(current);
    } else if (key === 'Escape' && isOpen) {
      event.preventDefault();
      close();
    }
  };

  return (
    <span className="run-chooser">
      <label>
        <span>{label}</span>
        <input
          ref={field}
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          title={words.choose}
          aria-expanded={isOpen}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={current === undefined ? undefined : `${list}-${current.id}`}
          value={query || (isOpen ? '' : (chosen?.name ?? runId))}
          placeholder={chosen?.name ?? runId}
          onClick={() => !isOpen && open()}
          onChange={({ target }) => {
            setQuery(target.value);
            setActive(0);
          }}
          onKeyDown={onKey}
          onBlur={close}
        />
      </label>
      {isOpen && (
        <RunList
          id={list}
          label={label}
          found={found}
          current={current}
          chosen={runId}
          onChoose={choose}
          nothing={words.nothingFound(query)}
        />
      )}
    </span>
  );
}

interface RunListProps {
  readonly id: string;
  readonly label: string;
  readonly found: readonly Choice[];
  readonly current: Choice | undefined;
  readonly chosen: string;
  readonly onChoose: (choice: Choice) => void;
  readonly nothing: string;
}

/** As the style sheet makes it. */
const optionHeight = 30;

function RunList({ id, label, found, current, chosen, onChoose, nothing }: RunListProps) {
  const frame = useRef<HTMLDivElement>(null);
  const position = current === undefined ? -1 : found.indexOf(current);
  const { isWindowed, indexes, above, below } = useWindowedRows(found.length, frame, optionHeight, position);
  useEffect(() => {
    if (!isWindowed)
      frame.current?.querySelector(`[data-index="${position}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [isWindowed, position]);
  return (
    <div className="run-list" ref={frame}>
      <div role="listbox" id={id} aria-label={label} style={{ paddingTop: above, paddingBottom: below }}>
        {indexes.map((index) => {
          const choice = found[index];
          if (choice === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above
            <div
              key={choice.id}
              id={`${id}-${choice.id}`}
              data-index={index}
              role="option"
              tabIndex={-1}
              aria-setsize={found.length}
              aria-posinset={index + 1}
              aria-selected={choice.id === chosen}
              className={choice === current ? 'current' : undefined}
              // The field keeps the focus, and so the list stays until something is chosen.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onChoose(choice)}
            >
              {choice.name}
            </div>
          );
        })}
      </div>
      {found.length === 0 && <p className="quiet-text nothing">{nothing}</p>}
    </div>
  );
}

function nameOfRun({ id, startedAt, suite, machineName, status }: RunSummary): string {
  return runTexts.option(formatTime(startedAt), suite, machineName, status, id);
}

/** Those that have every word of the query in their name, in any order. */
export function findRuns(all: readonly Choice[], query: string): readonly Choice[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  return all.filter(({ name }) => {
    const lower = name.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}
