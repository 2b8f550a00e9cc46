/** The zoo and the imported networks: what can be measured, and what each network is made of. */
import { useMemo } from 'react';
import { sumCanWin, totalNs } from '../../../core/analysis/can-win.ts';
import { blockStacks, workByKind } from '../../../core/analysis/network-structure.ts';
import { familyStyle } from '../../../core/charts/family-style.ts';
import { formatCount, formatNs } from '../../../core/format/units.ts';
import { importedFamily } from '../../../core/models/model.ts';
import { findModel } from '../../../core/models/zoo.ts';
import type { ModelRow } from '../../../core/protocol/api.ts';
import type { MeasurementDetail, MeasurementSummary } from '../../../core/protocol/run.ts';
import { useDeleteNetwork, useImportedGraph, useMeasurements, useModels } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { StructureChart } from '../../charts/structure-chart.tsx';
import { kindTable, stackTable, timeOfBlocks } from '../../charts/structure-data.ts';
import { WorkChart } from '../../charts/work-chart.tsx';
import { useChosenRun } from '../../chosen-run.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { askForFiles } from '../../components/import-desk.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { SortableTable } from '../../components/sortable-table.tsx';
import { formatSort, parseSort, sortRows } from '../../components/sorting.ts';
import { pageNames } from '../../texts/page-names.ts';
import { useViewState } from '../../view-state.ts';
import { canWinText } from '../layers/can-win-text.ts';
import { layersTexts } from '../layers/texts.ts';
import { plotTexts } from '../run/plot-texts.ts';
import { modelColumns } from './model-columns.tsx';
import { ModelTabs } from './model-tabs.tsx';
import { StackPanel } from './stack-panel.tsx';
import { modelsTexts } from './texts.ts';

export function ModelsPage() {
  const words = modelsTexts;
  const [view, changeView] = useViewState();
  const models = useModels();
  const winNs = useWinOfModels();
  const columns = modelColumns((name) => choose(name), winNs);
  const sort = view.sort ?? '-canWin';
  const inOrder = models.data && sortRows(models.data, columns, parseSort('-canWin'));
  const chosen = models.data?.find(({ name }) => name === view.model) ?? inOrder?.[0];
  const filter = (view.filter ?? '').toLowerCase();
  const shown = models.data?.filter(({ name, family }) =>
    `${name} ${familyStyle(family).title}`.toLowerCase().includes(filter),
  );
  const choose = (model: string) => changeView({ model, row: undefined });
  return (
    <>
      <ModelTabs current="models" />
      <PageHead title={pageNames.models} help={`${words.help} ${words.ownNetworks}`} />
      {models.isError && <ErrorNotice error={models.error} />}
      {models.isPending && <Loading />}
      {shown !== undefined && (
        <section className="card" aria-label={words.table}>
          <div className="card-head">
            <h2>{words.table}</h2>
            <button type="button" onClick={askForFiles}>
              {words.import}
            </button>
            <label>
              <span>{layersTexts.filter}</span>
              <input
                type="search"
                value={view.filter ?? ''}
                onChange={({ target }) => changeView({ filter: target.value || undefined })}
              />
            </label>
          </div>
          {shown.length === 0 ? (
            <p>
              {words.nothing(view.filter ?? '')}{' '}
              <button type="button" onClick={() => changeView({ filter: undefined })}>
                {layersTexts.clear}
              </button>
            </p>
          ) : (
            <div className="short-table">
              <SortableTable
                label={words.table}
                columns={columns}
                rows={shown}
                rowKey={({ name }) => name}
                sort={sort}
                onSort={(sort) => changeView({ sort: formatSort(sort) })}
                selected={chosen?.name}
                onSelect={({ name }) => choose(name)}
              />
            </div>
          )}
        </section>
      )}
      {chosen !== undefined && <Structure key={chosen.name} model={chosen} />}
    </>
  );
}

/** Of one image in fp32: the batch and the data type change no share. */
function Structure({
  model: { name, family, size, macs, parameters, source, top1, reconstruction },
}: {
  model: ModelRow;
}) {
  const words = modelsTexts;
  const isImported = family === importedFamily;
  const imported = useImportedGraph(isImported ? name : undefined);
  const [view, changeView] = useViewState();
  const measured = useNewestMeasurement(name);
  const remove = useDeleteNetwork();
  const structure = useMemo(() => {
    const graph = isImported ? imported.data : findModel(name)?.build(size);
    const image = graph?.operators[0]?.output;
    return (
      graph &&
      image && {
        image,
        stacks: blockStacks(graph, 1, 'fp32'),
        kinds: workByKind(graph, 1, 'fp32'),
      }
    );
  }, [name, size, isImported, imported.data]);
  if (imported.isError) return <ErrorNotice error={imported.error} />;
  if (structure === undefined) return isImported ? <Loading /> : null;
  const { image, stacks, kinds } = structure;
  const imageSize = `${image.height}×${image.width}`;
  const times = measured && stacks.map(({ blockNames }) => timeOfBlocks(blockNames, measured.detail.kernels));
  const opened = stacks.findIndex((stack) => stack.name === view.row);
  const openedStack = stacks[opened];
  const blocks = stacks.reduce((sum, stack) => sum + stack.blocks, 0);
  const structureSentence = words.structureSentence(
    blocks,
    formatCount(macs),
    formatCount(parameters),
    imageSize,
  );
  return (
    <>
      <div className="card">
        <ChartFrame
          title={words.structure(name)}
          sentence={structureSentence}
          table={stackTable(stacks)}
          fileName={`structure-${name}`}
        >
          <StructureChart
            image={image}
            stacks={stacks}
            times={times}
            label={`${words.structure(name)}. ${structureSentence}`}
            selected={openedStack?.name}
            onSelect={(stack) => changeView({ row: stack.name })}
          />
        </ChartFrame>
        <p className="quiet-text">
          {measured === undefined ? words.notMeasured : measuredSentence(measured.detail)}
        </p>
        <p className="quiet-text">{accuracySentence({ isImported, image: imageSize, size, top1, source })}</p>
        {isImported && (
          <ConfirmButton
            label={words.delete}
            question={words.deleteReally(name)}
            yes={words.deleteIt}
            no={words.keep}
            disabled={remove.isPending}
            onConfirm={() => remove.mutate(name)}
          />
        )}
        {remove.isError && <ErrorNotice error={remove.error} onDismiss={remove.reset} />}
        {reconstruction !== null && (
          <p className="quiet-text">
            {plotTexts.reconstruction} {reconstruction}
          </p>
        )}
      </div>
      <div className="card">
        <ChartFrame
          title={words.work(name)}
          sentence={words.workSentence}
          table={kindTable(kinds)}
          fileName={`work-${name}`}
        >
          <WorkChart kinds={kinds} label={`${words.work(name)}. ${words.workSentence}`} />
        </ChartFrame>
      </div>
      {openedStack !== undefined && (
        <StackPanel
          key={openedStack.name}
          stack={openedStack}
          input={stacks[opened - 1]?.output ?? image}
          measured={measured}
          onClose={() => changeView({ row: undefined })}
        />
      )}
    </>
  );
}

/** What could be won of each network's fastest measurement in the run. */
function useWinOfModels(): ReadonlyMap<string, number> {
  const { run } = useChosenRun();
  const fastest = [...Map.groupBy(run.data?.measurements ?? [], ({ model }) => model).values()].flatMap(
    (own) => fastestFirst(own)[0] ?? [],
  );
  const details = useMeasurements(fastest.map(({ id }) => id));
  return new Map(
    details.flatMap(({ data }) =>
      data === undefined ? [] : [[data.summary.model, totalNs(sumCanWin(data.kernels))] as const],
    ),
  );
}

function fastestFirst(measurements: readonly MeasurementSummary[]): MeasurementSummary[] {
  return measurements.toSorted((a, b) => a.latencyNs.median / a.batch - b.latencyNs.median / b.batch);
}

/** The fastest measurement of the network in the chosen run, or else in the newest; undefined where there is none. */
function useNewestMeasurement(model: string) {
  const { run } = useChosenRun();
  const [fastest] = fastestFirst(run.data?.measurements.filter((one) => one.model === model) ?? []);
  const [detail] = useMeasurements(fastest === undefined ? [] : [fastest.id]);
  return run.data === undefined || detail?.data === undefined
    ? undefined
    : { runId: run.data.run.id, detail: detail.data };
}

function measuredSentence({ summary, kernels }: MeasurementDetail): string {
  return modelsTexts.measured(
    summary.plan,
    formatNs(summary.latencyNs.median),
    canWinText(sumCanWin(kernels)),
  );
}

function accuracySentence({
  isImported,
  image,
  size,
  top1,
  source,
}: Pick<ModelRow, 'size' | 'top1' | 'source'> & {
  readonly isImported: boolean;
  readonly image: string;
}): string {
  const words = modelsTexts;
  if (isImported) return words.importedFrom(source ?? '', image);
  return top1 === null || source === null ? words.noAccuracy(size) : words.accuracy(top1.toFixed(1), source);
}
