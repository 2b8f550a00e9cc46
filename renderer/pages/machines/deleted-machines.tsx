import { formatTime } from '../../../core/format/units.ts';
import type { Machine } from '../../../core/protocol/machines.ts';
import { machinesTexts } from './texts.ts';

interface DeletedMachinesProps {
  readonly machines: readonly Machine[];
  readonly onRestore: (machine: Machine) => void;
}

export function DeletedMachines({ machines, onRestore }: DeletedMachinesProps) {
  const words = machinesTexts.deleted;
  if (machines.length === 0) return null;
  return (
    <details className="card">
      <summary>{words.title(machines.length)}</summary>
      <ul className="bullets">
        {machines.map((machine) => (
          <li key={machine.id}>
            {words.one(machine.name, machine.cpu, formatTime(machine.deletedAt ?? machine.lastSeenAt))}{' '}
            <button
              type="button"
              className="small"
              aria-label={words.restoreOne(machine.name)}
              onClick={() => onRestore(machine)}
            >
              {words.restore}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
