import { formatProvider } from '../../../core/format/provider.ts';
import { formatTime } from '../../../core/format/units.ts';
import type { Comparison } from '../../../core/protocol/compare.ts';
import { Facts } from '../../components/facts.tsx';
import { runTexts } from '../../texts/runs.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { terms } from '../../texts/terms.ts';
import { compareTexts } from './texts.ts';

export function SideFacts({
  title,
  side: { run, provider, plan, dtype, threads },
}: {
  title: string;
  side: Comparison['before'];
}) {
  const words = compareTexts;
  const facts = [
    [runTexts.label, `${run.id} · ${formatTime(run.startedAt)} · ${run.suite}`],
    [sharedTexts.machine.title, run.machineName],
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
