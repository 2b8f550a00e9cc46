import { type Fact, machineFacts } from '../../../core/format/machine.ts';
import type { Environment } from '../../../core/protocol/run.ts';
import { useDetectedMachine } from '../../api/queries.ts';
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

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        // Two GPUs have the same name of fact, so the value is part of the key.
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd className={value === texts.unknown ? 'unknown' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
