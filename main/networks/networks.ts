/** The networks that were imported: one JSON file each in the folder `networks` of the data folder. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText } from '../../core/format/decode-text.ts';
import { importedFamily, type Model } from '../../core/models/model.ts';
import { findModel } from '../../core/models/zoo.ts';
import { ApiError } from '../../core/protocol/api.ts';
import {
  type Network,
  type NetworkImport,
  NetworkSchema,
  networkNameOf,
  networkVersion,
} from '../../core/protocol/networks.ts';

const ending = '.json';

export class Networks {
  private readonly dataFolder: () => string;

  /** `dataFolder` may throw ApiError where there is none: then nothing was imported. */
  constructor(dataFolder: () => string) {
    this.dataFolder = dataFolder;
  }

  private get folder(): string {
    return join(this.dataFolder(), 'networks');
  }

  /** By name. One whose file cannot be used is left out; `problems` tells. */
  models(): readonly Model[] {
    return this.names().flatMap((name) => {
      const network = this.read(name);
      return typeof network === 'string' ? [] : [modelOf(network)];
    });
  }

  /** A sentence of each file that cannot be used. */
  problems(): readonly string[] {
    return this.names().flatMap((name) => {
      const network = this.read(name);
      return typeof network === 'string' ? [network] : [];
    });
  }

  /** Throws ApiError('notFound'). */
  graph(name: string): Network['graph'] {
    const network = this.names().includes(name) ? this.read(name) : undefined;
    if (network === undefined) throw notImported(name);
    if (typeof network === 'string') throw new ApiError('store', network, 'Import it anew.');
    return network.graph;
  }

  /** Returns its name. Throws ApiError('badInput') for a name that is taken, or a network that is there already. */
  import({ name: wanted, source, graph }: NetworkImport): string {
    const known = this.models().find((model) => isSameNetwork(model.build(), graph));
    if (known !== undefined) {
      throw new ApiError(
        'badInput',
        `This network was imported already: it is called ${known.name}.`,
        `To give it another name, delete that one first: plimsoll models delete ${known.name}`,
      );
    }
    const name = wanted ?? this.freeName(networkNameOf(source));
    if (this.isTaken(name)) {
      throw new ApiError('badInput', `There is a model called '${name}' already.`, 'Choose another name.');
    }
    const network: Network = {
      format: 'plimsoll-network',
      version: networkVersion,
      source,
      importedAt: new Date().toISOString(),
      graph: { ...graph, name },
    };
    mkdirSync(this.folder, { recursive: true });
    // Whole or not at all, also where the machine stops meanwhile.
    const draft = `${this.path(name)}.new`;
    writeFileSync(draft, `${JSON.stringify(network)}\n`);
    renameSync(draft, this.path(name));
    return name;
  }

  /** For good: what was measured with it stays. Throws ApiError. */
  delete(name: string): void {
    if (findModel(name) !== undefined) {
      throw new ApiError('badInput', `${name} is part of the zoo, which is never changed.`);
    }
    if (!this.names().includes(name)) throw notImported(name);
    rmSync(this.path(name));
  }

  private names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
        .toSorted();
    } catch (error) {
      if (error instanceof ApiError || (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private path(name: string): string {
    return join(this.folder, `${name}${ending}`);
  }

  /** Or why it cannot be used. */
  private read(name: string): Network | string {
    const path = this.path(name);
    const unusable = (why: string) => `The imported network in ${path} cannot be used: ${why}.`;
    let value: unknown;
    try {
      value = JSON.parse(decodeText(readFileSync(path)));
    } catch (error) {
      return unusable(error instanceof SyntaxError ? 'it is no JSON' : String(error));
    }
    const parsed = NetworkSchema.safeParse(value);
    if (parsed.success) {
      if (parsed.data.graph.name === name) return parsed.data;
      return unusable(`it holds the network ${parsed.data.graph.name}`);
    }
    const [issue] = parsed.error.issues;
    return unusable(`${issue?.path.join('.') || 'it'}: ${issue?.message}`);
  }

  private freeName(base: string): string {
    let name = base;
    for (let copy = 2; this.isTaken(name); copy++) name = `${base}-${copy}`;
    return name;
  }

  /** Also where only its case differs, which not all file systems tell apart. */
  private isTaken(name: string): boolean {
    const taken = (one: string) => one.toLowerCase() === name.toLowerCase();
    return findModel(name.toLowerCase()) !== undefined || this.names().some(taken);
  }
}

function modelOf({ source, graph }: Network): Model {
  const size = graph.operators[0]?.output.height ?? 0;
  return {
    name: graph.name,
    family: importedFamily,
    defaultSize: size,
    source,
    build: (imageSize = size) => {
      if (imageSize === size) return graph;
      throw new Error(`${graph.name} was imported for images of ${size} pixels`);
    },
  };
}

/** What the operators are called does not matter. */
function isSameNetwork(one: ReturnType<Model['build']>, other: Network['graph']): boolean {
  const content = ({ operators, blocks }: typeof one) =>
    JSON.stringify([operators.map(({ name: _, ...rest }) => rest), blocks.map(({ kind }) => kind)]);
  return one.operators.length === other.operators.length && content(one) === content(other);
}

function notImported(name: string): ApiError {
  return new ApiError(
    'notFound',
    `No network called '${name}' was imported here.`,
    'plimsoll models lists them all.',
  );
}
