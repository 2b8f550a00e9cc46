import { machineFacts } from '../../../core/format/machine.ts';
import type { Environment } from '../../../core/protocol/run.ts';
import { useDetectedMachine } from '../../api/queries.ts';
import { Facts } from '../../components/facts.tsx';
import { Loading } from '../../components/loading.tsx';
import { texts } from '../../texts.ts';

/** The machine as it was in a run; without one, as it is now. */
export function MachineCard({ environment }: { environment?: Environment }) {
  const words = texts.machine;
  const detected = useDetectedMachine(environment === undefined);
  const shown = environment ?? detected.data;
  return (
    <section className="card" aria-label={words.title}>
      <h2>{words.title}</h2>
      {shown === undefined ? <Loading /> : <Facts facts={machineFacts(shown)} />}
    </section>
  );
}
