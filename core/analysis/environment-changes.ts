import { machineFacts } from '../format/machine.ts';
import type { Environment } from '../protocol/run.ts';

export interface EnvironmentChange {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

/** What of a machine is no longer as it was, in the words that it is shown in. */
export function environmentChanges(before: Environment, now: Environment): readonly EnvironmentChange[] {
  const [old, current] = [factsByName(before), factsByName(now)];
  return [...new Set([...old.keys(), ...current.keys()])].flatMap((name) => {
    const change = { name, before: old.get(name) ?? '', now: current.get(name) ?? '' };
    return change.before === change.now ? [] : [change];
  });
}

/** Two GPUs are two facts of one name. */
function factsByName(environment: Environment): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const [name, value] of machineFacts(environment)) {
    const known = facts.get(name);
    facts.set(name, known === undefined ? value : `${known}; ${value}`);
  }
  return facts;
}
