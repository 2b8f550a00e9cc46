/** A report of one run, or of two side by side: looked at here, and taken along as a file. */
import { useDeferredValue, useState } from 'react';
import { isProfile } from '../../../core/analysis/noise-test.ts';
import { type ReportFile, reportFormats } from '../../../core/protocol/api.ts';
import type { Price } from '../../../core/protocol/machines.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useMachines, useReport, useReportPreview, useRuns } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { NoRunsNotice } from '../../components/no-runs-notice.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { RunChooser } from '../../components/run-chooser.tsx';
import { download } from '../../download.ts';
import { pageNames } from '../../texts/page-names.ts';
import { useViewState } from '../../view-state.ts';
import { type ReportChoice, reportRequestOf } from './report-request.ts';
import { reportTexts } from './texts.ts';

export function ReportsPage() {
  const runs = useRuns();
  // A report of a run that is still going on would be out of date before it is read.
  const ended = runs.data?.filter(({ status }) => status !== 'running');
  return (
    <>
      <PageHead title={pageNames.reports} sentence={reportTexts.sentence} />
      {runs.isError && <ErrorNotice error={runs.error} />}
      {runs.isPending && <Loading />}
      {ended?.length === 0 && <NoRunsNotice />}
      {ended !== undefined && ended.length > 0 && <ReportOf runs={ended} />}
    </>
  );
}

interface TypedChoice extends Omit<ReportChoice, 'runId' | 'otherRunId' | 'currency'> {
  /** Until it is typed, that of a stored price. */
  readonly currency?: string;
}

function ReportOf({ runs }: { runs: readonly RunSummary[] }) {
  const words = reportTexts;
  const [view, changeView] = useViewState();
  const [typed, setTyped] = useState<TypedChoice>({
    format: 'html',
    price: '',
    otherPrice: '',
  });
  const type = (part: Partial<typeof typed>) => setTyped({ ...typed, ...part });
  const newest = runs.find(({ suite }) => isProfile(suite)) ?? runs[0];
  const runId = view.run ?? newest?.id ?? '';
  const otherRunId = view.beside === runId ? '' : (view.beside ?? '');
  const machines = useMachines();
  const priceOf = (run: string) => {
    const machineId = runs.find(({ id }) => id === run)?.machineId;
    return machines.data?.find(({ id }) => id === machineId)?.price ?? undefined;
  };
  const [stored, otherStored] = [priceOf(runId), priceOf(otherRunId)];
  const currencyOf = ({ currency }: TypedChoice) => currency ?? (stored ?? otherStored)?.currency ?? 'EUR';
  const requestFor = (choice: TypedChoice) =>
    reportRequestOf({ ...choice, currency: currencyOf(choice), runId, otherRunId });
  const request = requestFor(typed);
  const preview = useReportPreview(requestFor(useDeferredValue(typed)));
  const save = useReport();
  return (
    <>
      <form
        className="report-form card"
        aria-label={words.open}
        onSubmit={(event) => {
          event.preventDefault();
          if (request !== undefined) save.mutate(request, { onSuccess: downloadReport });
        }}
      >
        <RunChooser runs={runs} runId={runId} onChoose={(run) => changeView({ run })} />
        <RunChooser
          label={words.other}
          none={words.alone}
          runs={runs.filter(({ id }) => id !== runId)}
          runId={otherRunId}
          onChoose={(beside) => changeView({ beside: beside || undefined })}
        />
        <label>
          <span>{words.format}</span>
          <select
            value={typed.format}
            onChange={({ target }) => type({ format: target.value as typeof typed.format })}
          >
            {reportFormats.map((name) => (
              <option key={name} value={name}>
                {words.formats[name]}
              </option>
            ))}
          </select>
        </label>
        <PriceField
          label={words.price}
          stored={stored}
          value={typed.price}
          onChange={(price) => type({ price })}
        />
        {otherRunId !== '' && (
          <PriceField
            label={words.otherPrice}
            stored={otherStored}
            value={typed.otherPrice}
            onChange={(otherPrice) => type({ otherPrice })}
          />
        )}
        {(typed.price !== '' || typed.otherPrice !== '') && (
          <label>
            <span>{words.currency}</span>
            <input
              type="text"
              className="currency"
              value={currencyOf(typed)}
              required
              maxLength={3}
              pattern="[A-Za-z]{3}"
              onChange={({ target }) => type({ currency: target.value })}
            />
          </label>
        )}
        <button type="submit" className="primary" disabled={save.isPending}>
          {save.isPending ? words.saving : words.save}
        </button>
      </form>
      {save.isError && <ErrorNotice error={save.error} onDismiss={save.reset} />}
      {preview.isError && <ErrorNotice error={preview.error} />}
      {preview.isLoading && <Loading />}
      {preview.data !== undefined && !preview.isError && <Preview file={preview.data} />}
    </>
  );
}

/** The report may name what others wrote: it runs nothing, reaches nothing, and is shut off from this page. */
function Preview({ file: { mediaType, content } }: { file: ReportFile }) {
  const words = reportTexts;
  return mediaType.startsWith('text/html') ? (
    <iframe className="report-preview" title={words.preview} sandbox="" srcDoc={content} />
  ) : (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="report-preview" aria-label={words.preview} tabIndex={0}>
      <pre>{content}</pre>
    </section>
  );
}

interface PriceFieldProps {
  readonly label: string;
  /** What the report shows where nothing is typed. */
  readonly stored: Price | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function PriceField({ label, stored, value, onChange }: PriceFieldProps) {
  return (
    <label title={reportTexts.priceMeaning}>
      <span>{label}</span>
      <input
        className="price"
        type="number"
        min="0.01"
        step="0.01"
        placeholder={stored && `${stored.amount} ${stored.currency}`}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

function downloadReport({ fileName, mediaType, encoding, content }: ReportFile): void {
  download(fileName, mediaType, encoding === 'base64' ? bytesOf(content) : content);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
