import { machineFacts } from '../../../core/format/machine.ts';
import type { Environment } from '../../../core/protocol/run.ts';
import { Facts } from '../../components/facts.tsx';
import { sharedTexts } from '../../texts/shared.ts';

/** A machine as it was at some time: in a run, or now. */
export function MachineCard({ environment }: { environment: Environment }) {
  const words = sharedTexts.machine;
  return (
    <section className="card" aria-label={words.title}>
      <h2>{words.title}</h2>
      <Facts facts={machineFacts(environment)} />
    </section>
  );
}
