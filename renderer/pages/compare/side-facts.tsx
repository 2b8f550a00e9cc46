import { formatProvider } from '../../../core/format/provider.ts';
import { formatTime } from '../../../core/format/units.ts';
import type { Comparison } from '../../../core/protocol/compare.ts';
import { Facts } from '../../components/facts.tsx';
import { texts } from '../../texts.ts';

export function SideFacts({
  title,
  side: { run, provider, plan, dtype, threads },
}: {
  title: string;
  side: Comparison['before'];
}) {
  const { terms, compare: words } = texts;
  const facts = [
    [texts.runs.label, `${run.id} · ${formatTime(run.startedAt)} · ${run.suite}`],
    [texts.machine.title, run.machineName],
    [words.processor, run.cpu],
    ...(provider === undefined ? [] : [[terms.provider.name, formatProvider(provider)] as const]),
    ...(plan === undefined ? [] : [[terms.plan.name, plan] as const]),
    ...(dtype === undefined ? [] : [[terms.dtype.name, dtype] as const]),
    ...(threads === undefined ? [] : [[terms.threads.name, String(threads)] as const]),
  ] as const;
  return (
    <div>
      <h3>{title}</h3>
      <Facts facts={facts} />
    </div>
  );
}
