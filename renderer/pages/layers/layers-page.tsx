/** Layer by layer: where the time goes, what holds it back, and what to do. */
import { layersAnswer } from '../../../core/analysis/answers/layers.ts';
import { layersOf } from '../../../core/analysis/diagnosis.ts';
import type { MeasurementDetail } from '../../../core/protocol/run.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { LimitLegend } from '../../charts/limit-legend.tsx';
import { toCsv, toMarkdown } from '../../charts/table-data.ts';
import { TimeBar } from '../../charts/time-bar.tsx';
import { formatRange, isWithin, parseRange } from '../../charts/time-bar-data.ts';
import { AnswerLine } from '../../components/answer-line.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { MeasurementFrame, WithDetail } from '../../components/run-frame.tsx';
import { SortableTable } from '../../components/sortable-table.tsx';
import { formatSort, parseSort, sortRows } from '../../components/sorting.ts';
import { pageNames } from '../../texts/page-names.ts';
import { useViewState } from '../../view-state.ts';
import { filterLayers } from './filter-layers.ts';
import { layerColumns, layerTable } from './layer-columns.tsx';
import { LayerPanel } from './layer-panel.tsx';
import { Sums } from './sums.tsx';
import { layersTexts } from './texts.ts';

export function LayersPage() {
  const [view, changeView] = useViewState();
  return (
    <MeasurementFrame
      title={pageNames.layers}
      help={layersTexts.help}
      controls={
        <label className="switch">
          <input
            type="checkbox"
            checked={view.by === 'block'}
            onChange={({ target }) =>
              changeView({ by: target.checked ? 'block' : undefined, row: undefined })
            }
          />
          {layersTexts.byBlock}
        </label>
      }
    >
      {(_, { id }) => <WithDetail id={id}>{(detail) => <Layers detail={detail} />}</WithDetail>}
    </MeasurementFrame>
  );
}

function Layers({ detail: { summary, kernels } }: { detail: MeasurementDetail }) {
  const words = layersTexts;
  const [view, changeView] = useViewState();
  const by = view.by ?? 'kernel';
  const blocks = layersOf(kernels, 'block');
  const single = layersOf(kernels, 'kernel');
  const selection = parseRange(view.range);
  const zoom = parseRange(view.zoom);
  const layers = by === 'block' ? blocks : single;
  const columns = layerColumns(by, layers);
  const sort = view.sort ?? '-canWin';
  const filter = view.filter ?? '';
  const selected = selection === undefined ? layers : layers.filter((layer) => isWithin(layer, selection));
  const shown = sortRows(filterLayers(selected, filter), columns, parseSort(sort));
  const table = layerTable(shown);
  const title = words.chart(summary.model, summary.plan);
  const sentence = words.chartSentence(blocks.length, single.length);
  const answer = layersAnswer(kernels);
  const opened = layers.find(({ order }) => String(order) === view.row);
  return (
    <>
      {answer !== undefined && <AnswerLine answer={answer} />}
      <div className="card">
        <ChartFrame
          title={title}
          sentence={sentence}
          table={layerTable(single)}
          fileName={`layers-${summary.model}-${summary.plan}`}
        >
          <TimeBar
            blocks={blocks}
            kernels={single}
            label={`${title}. ${sentence}`}
            selection={selection}
            zoom={zoom}
            onSelect={(range) => changeView({ range: range && formatRange(range) })}
          />
        </ChartFrame>
        <Sums
          layers={selection === undefined ? single : single.filter((layer) => isWithin(layer, selection))}
          all={single.length}
          onZoom={
            selection === undefined || view.range === view.zoom
              ? undefined
              : () => changeView({ zoom: view.range })
          }
          onShowAll={
            selection === undefined && zoom === undefined
              ? undefined
              : () => changeView({ range: undefined, zoom: undefined })
          }
        />
        <LimitLegend shown={new Set([...blocks, ...single].map(({ bound }) => bound))} withLost />
      </div>
      <section className="card" aria-label={words.table}>
        <div className="card-head">
          <h2>{words.table}</h2>
          <label>
            <span>{words.filter}</span>
            <input
              type="search"
              value={filter}
              onChange={({ target }) => changeView({ filter: target.value || undefined })}
            />
          </label>
          <CopyButton label={words.copyCsv} content={() => toCsv(table)} />
          <CopyButton label={words.copyMarkdown} content={() => toMarkdown(table)} />
        </div>
        {shown.length === 0 ? (
          <p>
            {words.nothing(filter)}{' '}
            <button type="button" onClick={() => changeView({ filter: undefined, range: undefined })}>
              {words.clear}
            </button>
          </p>
        ) : (
          <SortableTable
            label={words.table}
            columns={columns}
            rows={shown}
            rowKey={({ order }) => String(order)}
            sort={sort}
            onSort={(next) => changeView({ sort: formatSort(next) })}
            selected={view.row ?? ''}
            onSelect={({ order }) => changeView({ row: String(order) })}
          />
        )}
      </section>
      {opened !== undefined && (
        <LayerPanel
          key={opened.order}
          layer={opened}
          kernels={kernels.slice(opened.order - 1, opened.order - 1 + opened.kernels)}
          onClose={() => changeView({ row: undefined })}
        />
      )}
    </>
  );
}
