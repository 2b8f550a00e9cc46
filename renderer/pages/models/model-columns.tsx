import { familyStyle } from '../../../core/charts/family-style.ts';
import { formatCount, formatNs } from '../../../core/format/units.ts';
import type { ModelRow } from '../../../core/protocol/api.ts';
import type { Column } from '../../components/sortable-table.tsx';
import { sharedTexts } from '../../texts/shared.ts';
import { terms } from '../../texts/terms.ts';
import { layersTexts } from '../layers/texts.ts';
import { plotTexts } from '../run/plot-texts.ts';
import { modelsTexts } from './texts.ts';

/** `winNs`: of the networks that the newest run measured. */
export function modelColumns(
  onChoose: (name: string) => void,
  winNs: ReadonlyMap<string, number>,
): Column<ModelRow>[] {
  const words = modelsTexts;
  const count = (
    key: string,
    term: { readonly name: string; readonly meaning: string },
    value: (row: ModelRow) => number,
  ): Column<ModelRow> => ({
    key,
    title: term.name,
    meaning: term.meaning,
    align: 'right',
    value,
    cell: (row) => formatCount(value(row)),
  });
  return [
    {
      key: 'model',
      title: terms.model.name,
      meaning: words.terms.model,
      value: ({ name }) => name,
      cell: ({ name, reconstruction }) => (
        <button type="button" className="link" onClick={() => onChoose(name)}>
          {name}
          {reconstruction !== null && (
            <abbr title={`${sharedTexts.reconstruction}: ${reconstruction}`}>*</abbr>
          )}
        </button>
      ),
    },
    {
      key: 'family',
      title: plotTexts.family,
      meaning: words.terms.family,
      value: ({ family }) => familyStyle(family).title,
      cell: ({ family }) => familyStyle(family).title,
    },
    {
      key: 'size',
      title: words.columns.image,
      meaning: words.terms.size,
      align: 'right',
      value: ({ size }) => size,
      cell: ({ size }) => size,
    },
    count(
      'operations',
      { name: terms.operations.name, meaning: terms.operations.meaning },
      ({ macs }) => 2 * macs,
    ),
    count(
      'parameters',
      { name: words.columns.parameters, meaning: words.terms.parameters },
      ({ parameters }) => parameters,
    ),
    count(
      'activations',
      { name: words.activations, meaning: words.terms.activations },
      ({ activations }) => activations,
    ),
    {
      key: 'top1',
      title: terms.top1.name,
      meaning: terms.top1.meaning,
      align: 'right',
      value: ({ top1 }) => top1 ?? -1,
      cell: ({ top1, source }) =>
        top1 === null ? (
          <span className="unknown">{words.notPublished}</span>
        ) : (
          <abbr title={source ?? ''}>{top1.toFixed(1)}%</abbr>
        ),
    },
    {
      key: 'canWin',
      title: layersTexts.canWin.name,
      meaning: words.terms.canWin,
      align: 'right',
      value: ({ name }) => winNs.get(name) ?? -1,
      cell: ({ name }) => {
        const win = winNs.get(name);
        return win === undefined ? <span className="unknown">{sharedTexts.none}</span> : formatNs(win);
      },
    },
  ];
}
