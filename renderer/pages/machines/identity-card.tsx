/** Which identities are this machine: another is shown as one with it, or made one of its own again; and it is deleted. */
import { useState } from 'react';
import type { Machine } from '../../../core/protocol/machines.ts';
import { machinesTexts } from './texts.ts';
import type { Undoable } from './undo-notice.tsx';

interface IdentityCardProps {
  readonly machine: Machine;
  readonly others: readonly Machine[];
  readonly onChange: (change: Undoable) => void;
}

export function IdentityCard({ machine, others, onChange }: IdentityCardProps) {
  const words = machinesTexts.identity;
  return (
    <section className="card stack" aria-label={words.title}>
      <h2>{words.title}</h2>
      {machine.merged.length > 0 && (
        <>
          <p>{words.merged}</p>
          <ul className="bullets">
            {machine.merged.map(({ id, ownName, runs }) => (
              <li key={id}>
                {words.part(ownName, id, runs)}{' '}
                <button
                  type="button"
                  className="small"
                  aria-label={words.splitOff(ownName)}
                  onClick={() =>
                    onChange({
                      done: words.splitDone(ownName),
                      change: (api) => api.call('machines.split', { machineId: id }),
                      undo: (api) => api.call('machines.merge', { sourceId: id, targetId: machine.id }),
                    })
                  }
                >
                  {words.split}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && <Merging machine={machine} others={others} onChange={onChange} />}
      <p className="quiet-text">{words.kept}</p>
      <button
        type="button"
        className="danger"
        onClick={() =>
          onChange({
            done: words.deleteDone(machine.name, machine.runs),
            change: (api) => api.call('machines.delete', { machineId: machine.id }),
            undo: (api) => api.call('machines.restore', { machineId: machine.id }),
          })
        }
      >
        {words.remove(machine.runs)}
      </button>
    </section>
  );
}

function Merging({ machine, others, onChange }: IdentityCardProps) {
  const words = machinesTexts.identity;
  const [chosen, setChosen] = useState('');
  const source = others.find(({ id }) => id === chosen);
  return (
    <>
      <p>{words.meaning}</p>
      <label>
        <span>{words.other}</span>
        <select value={source?.id ?? ''} onChange={({ target }) => setChosen(target.value)}>
          <option value="">{words.choose}</option>
          {others.map(({ id, name, cpu }) => (
            <option key={id} value={id}>
              {name} · {cpu}
            </option>
          ))}
        </select>
      </label>
      {source !== undefined && (
        <>
          <p>{words.willBe(source.name, source.runs, machine.name, machine.runs)}</p>
          {source.cpu !== machine.cpu && (
            <p className="warning-text">{words.otherCpu(source.cpu, machine.cpu)}</p>
          )}
          <button
            type="button"
            onClick={() =>
              onChange({
                done: words.mergeDone(source.name, machine.name),
                change: (api) => api.call('machines.merge', { sourceId: source.id, targetId: machine.id }),
                undo: (api) => api.call('machines.split', { machineId: source.id }),
              })
            }
          >
            {words.merge}
          </button>
        </>
      )}
    </>
  );
}
