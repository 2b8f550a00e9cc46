/** The app's API, implemented once. The desktop, the server and the command line carry it and add nothing. */

import type { z } from 'zod';
import { accountOf } from '../core/analysis/account.ts';
import { caseOf } from '../core/analysis/figures.ts';
import { historyOf } from '../core/analysis/history.ts';
import { verifiedFigure } from '../core/analysis/verified-figure.ts';
import { countGraph } from '../core/graph/count.ts';
import { publishedAccuracy } from '../core/models/accuracy.ts';
import { type Model, models } from '../core/models/zoo.ts';
import type { Account } from '../core/protocol/account.ts';
import {
  type Api,
  ApiError,
  type ApiEvent,
  type ApiEventPayload,
  type ApiInput,
  type ApiMethod,
  type ApiOutput,
  apiMethods,
  apiVersion,
  type ModelRow,
  type ReportRequestSchema,
  WatchFindingSchema,
} from '../core/protocol/api.ts';
import type { Price } from '../core/protocol/machines.ts';
import { bundleVersion, type Environment, type RunReport } from '../core/protocol/run.ts';
import packageJson from '../package.json' with { type: 'json' };
import { examine } from './app/doctor.ts';
import { dataFolder } from './app/paths.ts';
import { changeSettings, readSettings } from './app/settings.ts';
import { ActiveRun, type Emit } from './bench/active-run.ts';
import { BenchPages } from './bench/bench-pages.ts';
import { decideJob, planDeciding } from './bench/decide.ts';
import { Planning } from './bench/planning.ts';
import type { SchedulerSettings } from './bench/run-work.ts';
import { suites } from './bench/suites.ts';
import { findUpdates, providersOfLastRun } from './bench/watch.ts';
import { detectMachine } from './machine/detect.ts';
import { Networks } from './networks/networks.ts';
import { findBrowser } from './report/browser.ts';
import { createReport, type ReportInput } from './report/model.ts';
import { type PrintPdf, printWithBrowser } from './report/pdf.ts';
import { writeReport } from './report/write.ts';
import { parseBundle } from './store/bundle.ts';
import { storedCeilings, storedMachineAnswer } from './store/ceilings.ts';
import { comparablePair } from './store/comparable-pair.ts';
import { compareStored, compareStoredParts, knownNoise, noFigure } from './store/comparison.ts';
import { openStore } from './store/sqlite/open-store.ts';
import type { Store } from './store/store.ts';

export type { BenchPages } from './bench/bench-pages.ts';
export { answerWithLibrary } from './machine/library.ts';

export interface LocalApi extends Api {
  /** For the shells that can have a bench page. */
  readonly benchPages: BenchPages;
  /** Ends an active run and waits until it is stored. Afterwards nothing may be called. */
  close(): Promise<void>;
}

type Parsed<M extends ApiMethod> = z.output<(typeof apiMethods)[M]['input']>;
type Handlers = { readonly [M in ApiMethod]: (input: Parsed<M>) => ApiOutput<M> | Promise<ApiOutput<M>> };
type Listeners = { readonly [E in ApiEvent]: Set<(payload: ApiEventPayload<E>) => void> };

export interface ApiOptions {
  /** Where the database lies; the user's data folder when absent. */
  readonly dataFolder?: string;
  /** How runs are timed; what is left out stays as it is for users. */
  readonly settings?: Partial<SchedulerSettings>;
  /** How a page becomes a PDF; an installed browser prints it when absent. */
  readonly printPdf?: PrintPdf;
}

/** Never throws: the store is opened when it is first needed, so that what works without it does. */
export function createApi(options: ApiOptions = {}): LocalApi {
  let opened: Store | undefined;
  const folder = () => options.dataFolder ?? dataFolder();
  const store = () => {
    opened ??= openStore(folder());
    return opened;
  };
  const listeners: Listeners = {
    'run.progress': new Set(),
    'run.measured': new Set(),
    'run.conditions': new Set(),
    'run.ended': new Set(),
    'store.changed': new Set(),
  };
  const emit: Emit = (event, payload) => {
    for (const listener of listeners[event]) listener(payload);
  };
  const benchPages = new BenchPages();
  const networks = new Networks(folder);
  const imported = () => networks.models();
  const activeRun = new ActiveRun(store, emit, benchPages, imported, options.settings);
  // What of it is asked for here does not change while the program runs.
  let detected: Promise<Environment> | undefined;
  const environment = () => {
    detected ??= detectMachine();
    return detected;
  };
  const planning = new Planning(store, activeRun, benchPages, environment, imported, options.settings);
  const printPdf = options.printPdf ?? printPdfHere;
  const handlers = createHandlers({
    folder,
    store,
    emit,
    networks,
    activeRun,
    planning,
    environment,
    printPdf,
  });

  return {
    benchPages,
    async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
      return handlers[method](parseInput(method, input));
    },
    subscribe(event, listener) {
      listeners[event].add(listener);
      return () => listeners[event].delete(listener);
    },
    async close() {
      await activeRun.close();
      opened?.close();
      opened = undefined;
    },
  };
}

interface Parts {
  /** Where the store and the settings lie. Throws ApiError where there is no such folder. */
  readonly folder: () => string;
  readonly store: () => Store;
  readonly emit: Emit;
  readonly networks: Networks;
  readonly activeRun: ActiveRun;
  readonly planning: Planning;
  /** Of this machine, as it was when it was first asked for. */
  readonly environment: () => Promise<Environment>;
  readonly printPdf: PrintPdf;
}

function createHandlers({
  folder,
  store,
  emit,
  networks,
  activeRun,
  planning,
  environment,
  printPdf,
}: Parts): Handlers {
  const found = <T>(runId: string, run: T | undefined): T => {
    if (run === undefined) throw noRun(runId, store().runs.isDeleted(runId));
    return run;
  };
  const requireReport = (runId: string): RunReport => found(runId, store().runs.report(runId));
  const requireComparable = (runId: string) => found(runId, store().runs.comparable(runId));
  const accountNamed = (name: string): Account => {
    const { runId, measurementId } = store().measurements.find(name);
    const account = accountOf(found(runId, store().runs.get(runId)), measurementId);
    if (account === undefined) throw noFigure(measurementId);
    return account;
  };
  /** For what changes the store otherwise than by a run: whoever shows something of it is told. */
  const changing = <T>(change: () => T): T => {
    const result = change();
    emit('store.changed', {});
    return result;
  };
  const edit = (change: () => void) =>
    changing(() => {
      change();
      return {};
    });
  const deciding = () => ({
    store: store(),
    requireRun: requireComparable,
    imported: () => networks.models(),
  });
  const here = async () => (await environment()).machine.id;
  const storedPrice = ({ machine: { machine } }: RunReport) =>
    store()
      .machines.list(false, null)
      .find(({ id }) => id === machine.id)?.price ?? undefined;
  return {
    'app.hello': () => ({ name: 'plimsoll', version: packageJson.version, apiVersion }),
    'app.doctor': () => examine(store, networks.problems()),
    'machine.detect': () => detectMachine(),
    'machine.answer': async () => {
      const now = await detectMachine();
      return storedMachineAnswer(store(), now, store().machines.list(false, now.machine.id));
    },
    'machines.list': async ({ deleted }) => store().machines.list(deleted, await here()),
    'machines.update': (update) => edit(() => store().machines.update(update)),
    'machines.merge': ({ sourceId, targetId }) => edit(() => store().machines.merge(sourceId, targetId)),
    'machines.split': ({ machineId }) => edit(() => store().machines.split(machineId)),
    'machines.delete': ({ machineId }) => edit(() => store().machines.delete(machineId)),
    'machines.restore': ({ machineId }) => edit(() => store().machines.restore(machineId)),
    'models.list': ({ size }) => [
      ...models.map((model) => modelRow(model, size ?? model.defaultSize)),
      ...networks.models().map((model) => modelRow(model, model.defaultSize)),
    ],
    'models.import': (network) => changing(() => ({ name: networks.import(network) })),
    'models.graph': ({ name }) => networks.graph(name),
    'models.delete': ({ name }) => edit(() => networks.delete(name)),
    'suites.list': () =>
      suites.map(({ name, description, models: names }) => ({ name, description, models: [...names] })),
    'runs.list': ({ deleted }) => store().runs.list({ deleted }),
    'runs.get': ({ runId }) => requireReport(runId),
    'runs.measurement': ({ measurementId }) => {
      const detail = store().measurements.detail(measurementId);
      if (detail === undefined) throw noFigure(measurementId);
      return detail;
    },
    'runs.export': ({ runId }) => ({
      format: 'plimsoll-run',
      version: bundleVersion,
      exportedAt: new Date().toISOString(),
      run: found(runId, store().runs.get(runId)),
    }),
    'runs.import': ({ content }) => {
      const run = parseBundle(content);
      changing(() => store().runs.import(run));
      return { runId: run.id };
    },
    'runs.delete': ({ runId }) => changing(() => ({ runId: found(runId, store().runs.delete(runId)) })),
    'runs.restore': ({ runId }) =>
      edit(() => {
        if (store().runs.restore(runId)) return;
        throw new ApiError(
          'notFound',
          `There is no deleted run ${runId}.`,
          'plimsoll runs --deleted lists them.',
        );
      }),
    'runs.pair': ({ after }) => comparablePair(store(), after),
    'runs.compare': ({ before, after, margin }) =>
      compareStored(store(), before, after, requireComparable, margin === undefined ? {} : { margin }),
    'watch.check': async () => {
      const now = await detectMachine();
      const names = providersOfLastRun(store(), now);
      const rows = activeRun.progress() === null && names.length > 0 ? await planning.list(names) : [];
      return WatchFindingSchema.parse(
        findUpdates(
          store(),
          now,
          rows.flatMap(({ description }) => description ?? []),
        ),
      );
    },
    'decide.plan': async (request) => planDeciding(request, deciding(), await environment()),
    'decide.start': async (request) => ({
      runId: await activeRun.launch(decideJob(request, deciding(), await environment())),
    }),
    'runs.account': ({ figure }) => accountNamed(figure),
    'runs.verify': async ({ figure, settleSeconds }) => {
      const { figure: shown, machine } = accountNamed(figure);
      const mine = store().machines.shownId(await here());
      if (store().machines.shownId(machine.id) !== mine) {
        throw new ApiError(
          'badInput',
          `Figure ${shown.id} was measured on another machine (${machine.name}); only there can it be measured again.`,
          'Measure the same here with the command that plimsoll show prints beside it, and compare the runs.',
        );
      }
      return { runId: await activeRun.verify(caseOf(shown), settleSeconds), measurementId: shown.id };
    },
    'runs.verified': ({ figure, runId }) => {
      const named = store().measurements.find(figure);
      const comparison = compareStored(store(), { runId: named.runId }, { runId }, requireComparable);
      return verifiedFigure(comparison, named.measurementId, caseOf(accountNamed(figure).figure));
    },
    'noise.start': async ({ provider, settleSeconds }) => ({
      runId: await activeRun.testNoise(provider, settleSeconds),
    }),
    'noise.get': async () => knownNoise(store(), store().machines.list(false, await here())),
    'runs.deleteAll': () => changing(() => ({ deleted: store().runs.deleteAll() })),
    'runs.compareParts': (request) => compareStoredParts(store(), request),
    'history.list': () => store().histories.series(),
    'history.ceilings': (request) => storedCeilings(store(), request),
    'history.get': (request) => historyOf(store().histories.figures(request)),
    'runs.plan': (request) => planning.plan(request),
    'runs.start': async (request) => ({ runId: await activeRun.start(request) }),
    'runs.cancel': ({ runId }) => {
      activeRun.cancel(runId);
      return {};
    },
    'runs.active': () => activeRun.progress(),
    'runs.conditions': () => activeRun.conditions(),
    'providers.list': () => planning.list(),
    'settings.get': () => ({ ...readSettings(folder()), dataFolder: folder() }),
    'settings.change': (change) => ({ ...changeSettings(folder(), change), dataFolder: folder() }),
    'reports.create': ({ runId, otherRunId, format, price }) => {
      const run = requireReport(runId);
      const other = otherRunId === undefined ? undefined : requireReport(otherRunId);
      if (other?.run.id === run.run.id) {
        throw new ApiError(
          'badInput',
          `Run ${run.run.id} was to be set beside itself.`,
          'Name another run, or none: plimsoll runs lists them.',
        );
      }
      if (other === undefined && price?.otherAmount !== undefined) {
        throw new ApiError(
          'badInput',
          'A price was given for a second machine, but the report is of one run.',
          'Name a second run, or leave its price out.',
        );
      }
      const report = createReport({
        createdAt: new Date().toISOString(),
        plimsoll: packageJson.version,
        run,
        other: other && {
          run: other,
          judged: compareStored(store(), { runId: run.run.id }, { runId: other.run.id }, requireComparable),
        },
        ...pricesOf(
          price,
          storedPrice(run),
          other && storedPrice(other),
          other?.machine.machine.id === run.machine.machine.id,
        ),
      });
      return writeReport(report, format, printPdf);
    },
  };
}

const printPdfHere: PrintPdf = (html) => printWithBrowser(html, findBrowser());

/** Those asked for; one machine has one price. What is left out is as it is stored, where that is in the same currency. */
function pricesOf(
  asked: z.output<typeof ReportRequestSchema>['price'],
  stored: Price | undefined,
  otherStored: Price | undefined,
  isSameMachine: boolean,
): Pick<ReportInput, 'currency' | 'price' | 'otherPrice'> {
  const currency = asked?.currency ?? stored?.currency ?? otherStored?.currency;
  const inCurrency = (price: Price | undefined) => (price?.currency === currency ? price?.amount : undefined);
  return {
    currency,
    price: asked?.amount ?? (isSameMachine ? asked?.otherAmount : undefined) ?? inCurrency(stored),
    otherPrice: asked?.otherAmount ?? (isSameMachine ? asked?.amount : undefined) ?? inCurrency(otherStored),
  };
}

function noRun(runId: string, isDeleted: boolean): ApiError {
  if (isDeleted) {
    return new ApiError('notFound', `Run ${runId} was deleted.`, `plimsoll restore ${runId} brings it back.`);
  }
  return runId === 'latest'
    ? new ApiError('notFound', 'There is no run yet.', 'Measure this machine first: plimsoll profile')
    : new ApiError('notFound', `There is no run ${runId}.`, 'plimsoll runs lists them.');
}

/** Throws ApiError('badInput') where the network cannot be built at this size. */
function modelRow(model: Model, size: number): ModelRow {
  const { name, family, reconstruction } = model;
  let graph: ReturnType<typeof model.build>;
  try {
    graph = model.build(size);
  } catch (error) {
    throw new ApiError(
      'badInput',
      `${name} cannot be built for images of ${size} pixels: ${error instanceof Error ? error.message : error}`,
      'Choose a larger size.',
    );
  }
  const accuracy = publishedAccuracy(name, size);
  return {
    name,
    family,
    size,
    ...countGraph(graph),
    top1: accuracy?.top1 ?? null,
    source: accuracy?.source ?? model.source ?? null,
    reconstruction: reconstruction ?? null,
  };
}

/** Throws ApiError('badInput') with one sentence that names every field that is wrong. */
function parseInput<M extends ApiMethod>(method: M, input: unknown): Parsed<M> {
  const parsed = apiMethods[method].input.safeParse(input);
  if (parsed.success) return parsed.data as Parsed<M>;
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new ApiError('badInput', `${method} was called with something wrong: ${issues.join('; ')}.`);
}
