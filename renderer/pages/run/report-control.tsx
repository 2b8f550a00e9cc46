/** A report of the run, or of it and another, as a file. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { formatTime } from '../../../core/format/units.ts';
import { type ReportFormat, type ReportRequest, reportFormats } from '../../../core/protocol/api.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useApi } from '../../api/context.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { download } from '../../download.ts';
import { texts } from '../../texts.ts';

interface ReportControlProps {
  readonly runs: readonly RunSummary[];
  readonly runId: string;
}

export function ReportControl({ runs, runId }: ReportControlProps) {
  const words = texts.report;
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [format, setFormat] = useState<ReportFormat>('html');
  const [other, setOther] = useState('');
  const [price, setPrice] = useState('');
  const [otherPrice, setOtherPrice] = useState('');
  const [currency, setCurrency] = useState('EUR');
  const save = useMutation({
    mutationFn: async (request: ReportRequest) => {
      const { fileName, mediaType, encoding, content } = await api.call('reports.create', request);
      download(fileName, mediaType, encoding === 'base64' ? bytesOf(content) : content);
    },
  });
  const others = runs.filter(({ id, status }) => id !== runId && status !== 'running');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const amount = amountOf(price);
    const otherAmount = other === '' ? undefined : amountOf(otherPrice);
    save.mutate({
      runId,
      format,
      ...(other !== '' && { otherRunId: other }),
      ...((amount !== undefined || otherAmount !== undefined) && {
        price: {
          currency: currency.trim().toUpperCase(),
          ...(amount !== undefined && { amount }),
          ...(otherAmount !== undefined && { otherAmount }),
        },
      }),
    });
  };

  return (
    <>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words.open}
      </button>
      {open && (
        <form className="report-form" aria-label={words.open} onSubmit={submit}>
          <label>
            <span>{words.format}</span>
            <select value={format} onChange={({ target }) => setFormat(target.value as ReportFormat)}>
              {reportFormats.map((name) => (
                <option key={name} value={name}>
                  {words.formats[name]}
                </option>
              ))}
            </select>
          </label>
          {others.length > 0 && (
            <label>
              <span>{words.other}</span>
              <select value={other} onChange={({ target }) => setOther(target.value)}>
                <option value="">{words.alone}</option>
                {others.map(({ id, startedAt, suite, machineName, status }) => (
                  <option key={id} value={id}>
                    {texts.runs.option(formatTime(startedAt), suite, machineName, status)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <PriceField label={words.price} value={price} onChange={setPrice} />
          {other !== '' && (
            <PriceField label={words.otherPrice} value={otherPrice} onChange={setOtherPrice} />
          )}
          {(price !== '' || otherPrice !== '') && (
            <label>
              <span>{words.currency}</span>
              <input
                className="currency"
                value={currency}
                required
                maxLength={3}
                pattern="[A-Za-z]{3}"
                onChange={({ target }) => setCurrency(target.value)}
              />
            </label>
          )}
          <button type="submit" disabled={save.isPending}>
            {save.isPending ? words.saving : words.save}
          </button>
        </form>
      )}
      {save.isError && <ErrorNotice error={save.error} onDismiss={save.reset} />}
    </>
  );
}

interface PriceFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function PriceField({ label, value, onChange }: PriceFieldProps) {
  return (
    <label title={texts.report.priceMeaning}>
      <span>{label}</span>
      <input
        className="price"
        type="number"
        min="0.01"
        step="0.01"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

/** Undefined where the field is empty; what is no price the browser does not let through. */
function amountOf(text: string): number | undefined {
  return text === '' ? undefined : Number(text);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
