/** The zoo and the imported networks: what can be measured, and what each network is made of. */
import { useMemo } from 'react';
import { blockStacks, workByKind } from '../../../core/analysis/network-structure.ts';
import { familyStyle } from '../../../core/charts/family-style.ts';
import { formatCount } from '../../../core/format/units.ts';
import { importedFamily } from '../../../core/models/model.ts';
import { findModel } from '../../../core/models/zoo.ts';
import type { ModelRow } from '../../../core/protocol/api.ts';
import { useDeleteNetwork, useImportedGraph, useModels } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { StructureChart } from '../../charts/structure-chart.tsx';
import { kindTable, stackTable } from '../../charts/structure-data.ts';
import { WorkChart } from '../../charts/work-chart.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { askForFiles } from '../../components/import-desk.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { SortableTable } from '../../components/sortable-table.tsx';
import { formatSort } from '../../components/sorting.ts';
import { pageNames } from '../../texts/page-names.ts';
import { useViewState } from '../../view-state.ts';
import { layersTexts } from '../layers/texts.ts';
import { plotTexts } from '../run/plot-texts.ts';
import { modelColumns } from './model-columns.tsx';
import { modelsTexts } from './texts.ts';

export function ModelsPage() {
  const words = modelsTexts;
  const [view, changeView] = useViewState();
  const models = useModels();
  const chosen = models.data?.find(({ name }) => name === view.model) ?? models.data?.[0];
  const filter = (view.filter ?? '').toLowerCase();
  const shown = models.data?.filter(({ name, family }) =>
    `${name} ${familyStyle(family).title}`.toLowerCase().includes(filter),
  );
  const choose = (model: string) => changeView({ model });
  return (
    <>
      <PageHead title={pageNames.models} sentence={words.sentence} />
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
                columns={modelColumns(choose)}
                rows={shown}
                rowKey={({ name }) => name}
                sort={view.sort}
                onSort={(sort) => changeView({ sort: formatSort(sort) })}
                selected={chosen?.name}
                onSelect={({ name }) => choose(name)}
              />
            </div>
          )}
        </section>
      )}
      {chosen !== undefined && <Structure key={chosen.name} model={chosen} />}
      <p className="quiet-text">{words.ownNetworks}</p>
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
  const remove = useDeleteNetwork();
  const structure = useMemo(() => {
    const graph = isImported ? imported.data : findModel(name)?.build(size);
    const image = graph?.operators[0]?.output;
    return (
      graph && {
        image: `${image?.height}×${image?.width}`,
        stacks: blockStacks(graph, 1, 'fp32'),
        kinds: workByKind(graph, 1, 'fp32'),
      }
    );
  }, [name, size, isImported, imported.data]);
  if (imported.isError) return <ErrorNotice error={imported.error} />;
  if (structure === undefined) return isImported ? <Loading /> : null;
  const { image, stacks, kinds } = structure;
  const blocks = stacks.reduce((sum, stack) => sum + stack.blocks, 0);
  const structureSentence = words.structureSentence(
    blocks,
    formatCount(macs),
    formatCount(parameters),
    image,
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
          <StructureChart stacks={stacks} label={`${words.structure(name)}. ${structureSentence}`} />
        </ChartFrame>
        <p className="quiet-text">{accuracySentence({ isImported, image, size, top1, source })}</p>
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
    </>
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
