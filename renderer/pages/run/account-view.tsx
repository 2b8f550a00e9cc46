/** How one figure came about, and the button that measures it again. */
import { useState } from 'react';
import { accountFacts } from '../../../core/format/account.ts';
import { formatNs } from '../../../core/format/units.ts';
import type { Account } from '../../../core/protocol/account.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import { useAccount, useActiveRun, useVerified, useVerifyFigure } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { SampleChart } from '../../charts/sample-chart.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { accountTexts, detailTexts } from './detail-texts.ts';

export function AccountView({ measurementId }: { measurementId: string }) {
  const account = useAccount(measurementId);
  return (
    <section aria-label={accountTexts.title}>
      <h3>{accountTexts.title}</h3>
      {account.isError && <ErrorNotice error={account.error} />}
      {account.isPending && <Loading />}
      {account.data !== undefined && <Told account={account.data} />}
    </section>
  );
}

function Told({ account }: { account: Account }) {
  const words = accountTexts;
  const { figure, rounds, command } = account;
  const again = `plimsoll verify ${figure.id}`;
  const samples = rounds.flatMap(({ samplesNs, outliers, setAside }, round) =>
    samplesNs.map((ns, index) => ({
      ns,
      round: round + 1,
      kind: setAside.length > 0 ? words.kinds.setAside : words.kinds[outliers[index] ?? 'inside'],
    })),
  );
  return (
    <>
      <Facts facts={accountFacts(account)} />
      <ChartFrame
        title={detailTexts.samples}
        sentence={words.samplesSentence(samples.length, rounds.length, figure.setAside.length)}
        table={{
          columns: [detailTexts.order, words.round, detailTexts.sampleAxis, words.kind],
          rows: samples.map(({ ns, round, kind }, index) => [index + 1, round, ns / 1e6, kind]),
        }}
        fileName={`samples-${figure.model}-${figure.plan}`}
      >
        <SampleChart rounds={rounds} medianNs={figure.latencyNs.median} />
      </ChartFrame>
      <MeasureAgain measurementId={figure.id} />
      <ul className="commands">
        {[again, ...(command === null ? [] : [command])].map((line) => (
          <li key={line}>
            <code>{line}</code> <CopyButton label={words.copy} content={() => line} />
          </li>
        ))}
      </ul>
    </>
  );
}

function MeasureAgain({ measurementId }: { measurementId: string }) {
  const words = accountTexts;
  const active = useActiveRun();
  const verify = useVerifyFigure();
  const [runId, setRunId] = useState<string>();
  const going = active.data != null;
  const verified = useVerified(measurementId, going ? undefined : runId);
  return (
    <div aria-live="polite">
      <button
        type="button"
        disabled={going || verify.isPending}
        onClick={() => verify.mutate(measurementId, { onSuccess: (begun) => setRunId(begun.runId) })}
      >
        {going && active.data?.runId === runId ? words.measuring : words.again}
      </button>
      {verify.error instanceof ApiError && <ErrorNotice error={verify.error} onDismiss={verify.reset} />}
      {verified.isError && <ErrorNotice error={verified.error} />}
      {verified.data !== undefined && (
        <p className={verified.data.agreement === 'disagrees' ? 'warning-text' : undefined}>
          <strong>{words.agreements[verified.data.agreement]}</strong>{' '}
          {verified.data.row !== null &&
            words.beforeAndAgain(
              formatNs(verified.data.row.before.undisturbedNs.estimate),
              formatNs(verified.data.row.after.undisturbedNs.estimate),
            )}{' '}
          {verified.data.reason}
        </p>
      )}
    </div>
  );
}
