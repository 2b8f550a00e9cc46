import { useId, useState } from 'react';
import { formatTime } from '../../../core/format/units.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { texts } from '../../texts.ts';

interface RunSearchProps {
  /** Newest first; those that are shown already left out. */
  readonly runs: readonly RunSummary[];
  readonly onChoose: (runId: string) => void;
}

/** So many are offered at once: more are found by words. */
const offered = 6;

/** Finds one of many runs by words of its time, suite, machine or id. */
export function RunSearch({ runs, onChoose }: RunSearchProps) {
  const words = texts.plot.chooser;
  const [search, setSearch] = useState('');
  const inputId = useId();
  const found = runs.filter((run) => matches(run, search));
  return (
    <div className="run-search">
      <label htmlFor={inputId}>
        <span>{words.add}</span>
      </label>
      <input
        id={inputId}
        type="search"
        placeholder={words.search}
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      {found.length === 0 ? (
        <p className="quiet-text">{words.noMatch(search)}</p>
      ) : (
        <ul>
          {found.slice(0, offered).map(({ id, startedAt, suite, machineName, status }) => (
            <li key={id}>
              <button type="button" className="small" onClick={() => onChoose(id)}>
                + {texts.runs.option(formatTime(startedAt), suite, machineName, status)}
              </button>
            </li>
          ))}
          {found.length > offered && <li className="quiet-text">{words.more(found.length - offered)}</li>}
        </ul>
      )}
    </div>
  );
}

function matches({ id, startedAt, suite, machineName, cpu }: RunSummary, search: string): boolean {
  const text = [id, formatTime(startedAt), suite, machineName, cpu].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
