import { formatPrice } from '../../../core/format/price.ts';
import { formatTime } from '../../../core/format/units.ts';
import type { Machine } from '../../../core/protocol/machines.ts';
import { type Column, SortableTable } from '../../components/sortable-table.tsx';
import { formatSort } from '../../components/sorting.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { useViewState } from '../../view-state.ts';
import { machinesTexts } from './texts.ts';

interface MachineTableProps {
  readonly machines: readonly Machine[];
  readonly selected: string;
}

export function MachineTable({ machines, selected }: MachineTableProps) {
  const [view, changeView] = useViewState();
  const select = ({ id }: Machine) => changeView({ machine: id });
  return (
    <section className="card short-table" aria-label={machinesTexts.table}>
      <SortableTable
        label={machinesTexts.table}
        columns={columnsFor(select)}
        rows={machines}
        rowKey={({ id }) => id}
        sort={view.sort}
        onSort={(sort) => changeView({ sort: formatSort(sort) })}
        selected={selected}
        onSelect={select}
      />
    </section>
  );
}

function columnsFor(onSelect: (machine: Machine) => void): Column<Machine>[] {
  const { columns, thisMachine } = machinesTexts;
  return [
    {
      key: 'name',
      ...columns.name,
      value: ({ name }) => name,
      cell: (machine) => (
        <>
          <button
            type="button"
            className="link"
            onClick={(event) => {
              // The row would do the same once more.
              event.stopPropagation();
              onSelect(machine);
            }}
          >
            {machine.name}
          </button>
          {machine.thisMachine && <small className="quiet-text"> {thisMachine}</small>}
        </>
      ),
    },
    { key: 'cpu', ...columns.cpu, value: ({ cpu }) => cpu, cell: ({ cpu }) => cpu },
    {
      key: 'gpus',
      ...columns.gpus,
      value: ({ gpus }) => gpus.join(),
      cell: ({ gpus }) =>
        gpus.length === 0 ? <span className="unknown">{sharedTexts.none}</span> : gpus.join(', '),
    },
    {
      key: 'runs',
      ...columns.runs,
      align: 'right',
      value: ({ runs }) => runs,
      cell: ({ runs }) => runs,
    },
    {
      key: 'last',
      ...columns.last,
      value: ({ lastSeenAt }) => lastSeenAt,
      cell: ({ lastSeenAt }) => formatTime(lastSeenAt),
    },
    {
      key: 'price',
      ...columns.price,
      align: 'right',
      value: ({ price }) => price?.amount ?? 0,
      cell: ({ price }) =>
        price === null ? <span className="unknown">{sharedTexts.unknown}</span> : formatPrice(price),
    },
  ];
}
