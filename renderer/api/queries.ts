/** What the page reads, by name, and how events keep it fresh. */
import {
  keepPreviousData,
  type QueryClient,
  skipToken,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import {
  type Api,
  type ApiOutput,
  type ConditionsSample,
  keptConditions,
  type ReportRequest,
  type RunRequest,
  type Settings,
} from '../../core/protocol/api.ts';
import type { CompareSide, HistoryHead } from '../../core/protocol/compare.ts';
import type { NetworkImport } from '../../core/protocol/networks.ts';
import { useApi } from './context.ts';
import { StillUpdates } from './still-updates.ts';

const keys = {
  runs: ['runs'],
  run: (runId: string) => ['run', runId],
  measurement: (measurementId: string) => ['measurement', measurementId],
  active: ['active'],
  suites: ['suites'],
  machine: ['machine'],
  machines: ['machines'],
  models: ['models'],
  doctor: ['doctor'],
  comparison: ['comparison'],
  history: ['history'],
  /** Below the history's key: whatever makes that stale makes these stale. */
  ceilings: ['history', 'ceilings'],
  machineAnswer: ['history', 'machine answer'],
  noise: ['noise'],
  providers: ['providers'],
  plan: ['plan'],
  conditions: (runId: string) => ['conditions', runId],
  settings: ['settings'],
  report: ['report'],
} as const;

export function useRuns() {
  const api = useApi();
  return useQuery({ queryKey: keys.runs, queryFn: () => api.call('runs.list', {}) });
}

export function useRun(runId: string | undefined) {
  const api = useApi();
  return useQuery({ ...runQuery(api, runId ?? ''), enabled: runId !== undefined });
}

/** Several at once, in this order. */
export function useSeveralRuns(runIds: readonly string[]) {
  const api = useApi();
  return useQueries({ queries: runIds.map((runId) => runQuery(api, runId)) });
}

function runQuery(api: Api, runId: string) {
  return { queryKey: keys.run(runId), queryFn: () => api.call('runs.get', { runId }) };
}

export function useMeasurement(measurementId: string) {
  return useQuery(measurementQuery(useApi(), measurementId));
}

/** How a figure came about. */
export function useAccount(measurementId: string) {
  const api = useApi();
  return useQuery({
    // Below that of its measurement: what makes the one out of date does so with the other.
    queryKey: [...keys.measurement(measurementId), 'account'],
    queryFn: () => api.call('runs.account', { figure: measurementId }),
  });
}

export function useVerifyFigure() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (figure: string) => api.call('runs.verify', { figure }),
    onSuccess: () => refresh(client, keys.active),
  });
}

/** Of a run that measured the figure again and has ended. */
export function useVerified(measurementId: string, runId: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['verified', measurementId, runId],
    queryFn:
      runId === undefined ? skipToken : () => api.call('runs.verified', { figure: measurementId, runId }),
  });
}

/** An A/A test of the native program. */
export function useTestNoise() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('noise.start', {}),
    onSuccess: () => refresh(client, keys.active),
  });
}

/** Is this machine as it should be? */
export function useMachineAnswer() {
  const api = useApi();
  return useQuery({ queryKey: keys.machineAnswer, queryFn: () => api.call('machine.answer', {}) });
}

/** All series of one machine. */
export function useMachineHistory(machineId: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.history, 'machine', machineId],
    queryFn: machineId === undefined ? skipToken : () => api.call('history.get', { machineId }),
  });
}

/** The ceilings over the runs of one machine. */
export function useCeilingHistory(machineId: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.ceilings, machineId],
    queryFn: machineId === undefined ? skipToken : () => api.call('history.ceilings', { machineId }),
  });
}

/** The noise threshold of each provider. */
export function useNoise() {
  const api = useApi();
  return useQuery({ queryKey: keys.noise, queryFn: () => api.call('noise.get', {}) });
}

/** Several at once, in this order. */
export function useMeasurements(measurementIds: readonly string[]) {
  const api = useApi();
  return useQueries({ queries: measurementIds.map((id) => measurementQuery(api, id)) });
}

function measurementQuery(api: Api, measurementId: string) {
  return {
    queryKey: keys.measurement(measurementId),
    queryFn: () => api.call('runs.measurement', { measurementId }),
  };
}

/** The run that is going on in this program; null where there is none. */
export function useActiveRun() {
  const api = useApi();
  return useQuery({ queryKey: keys.active, queryFn: () => api.call('runs.active', {}) });
}

export function useSuites() {
  const api = useApi();
  return useQuery({
    queryKey: keys.suites,
    queryFn: () => api.call('suites.list', {}),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useModels() {
  const api = useApi();
  return useQuery({ queryKey: keys.models, queryFn: () => api.call('models.list', {}) });
}

/** The program's checks of itself and of this machine. */
export function useDoctor() {
  const api = useApi();
  return useQuery({ queryKey: keys.doctor, queryFn: () => api.call('app.doctor', {}) });
}

export interface Sides {
  readonly before: CompareSide;
  readonly after: CompareSide;
}

/** The newest run, or the one named, and what to hold it against. */
export function useComparablePair(after: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.comparison, 'pair', after],
    queryFn: () => api.call('runs.pair', { ...(after !== undefined && { after }) }),
  });
}

export function useComparison(sides: Sides | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.comparison, sides],
    queryFn: sides === undefined ? skipToken : () => api.call('runs.compare', sides),
  });
}

/** What was updated since the last run. */
export function useUpdates() {
  const api = useApi();
  return useQuery({ queryKey: [...keys.runs, 'updates'], queryFn: () => api.call('watch.check', {}) });
}

/** What measuring on would come to. */
export function useDecidePlan(sides: Sides) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.comparison, 'decide', sides],
    queryFn: () => api.call('decide.plan', sides),
  });
}

/** Measures on until each row has its verdict, or the time is over. */
export function useDecide() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sides: Sides) => api.call('decide.start', sides),
    onSuccess: () => refresh(client, keys.active),
  });
}

/** Kernels and blocks of one row of a comparison. */
/** Of no row where none is named. */
export function useComparedParts(beforeMeasurementId: string | undefined, afterMeasurementId: string) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.comparison, beforeMeasurementId, afterMeasurementId],
    queryFn:
      beforeMeasurementId === undefined
        ? skipToken
        : () => api.call('runs.compareParts', { beforeMeasurementId, afterMeasurementId }),
  });
}

/** What there is a history of. */
export function useHistories() {
  const api = useApi();
  return useQuery({ queryKey: keys.history, queryFn: () => api.call('history.list', {}) });
}

/** Of one case on one machine. */
export function useHistory(head: HistoryHead | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.history, head],
    queryFn:
      head === undefined
        ? skipToken
        : () => {
            const { runs: _, machineName: __, ...wanted } = head;
            return api.call('history.get', { ...wanted, cacheState: head.cacheState ?? 'in-network' });
          },
  });
}

export function useDetectedMachine(enabled: boolean) {
  const api = useApi();
  return useQuery({ queryKey: keys.machine, queryFn: () => api.call('machine.detect', {}), enabled });
}

/** What can be measured with. They are not looked at while a run is going on: that would disturb it. */
export function useProviders(enabled: boolean) {
  const api = useApi();
  return useQuery({ queryKey: keys.providers, queryFn: () => api.call('providers.list', {}), enabled });
}

/** What the request would come to. What was planned last stays in sight until the next plan is there. */
export function useRunPlan(request: RunRequest | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.plan, request],
    queryFn: request === undefined ? skipToken : () => api.call('runs.plan', request),
    placeholderData: keepPreviousData,
  });
}

/** Clock, temperature and load since the run began, as far as they are kept. */
export function useConditions(runId: string) {
  const api = useApi();
  return useQuery({ queryKey: keys.conditions(runId), queryFn: () => api.call('runs.conditions', {}) });
}

/** This machine and those that runs came from, with what their owner says of them. */
export function useMachines() {
  const api = useApi();
  return useQuery({ queryKey: keys.machines, queryFn: () => api.call('machines.list', {}) });
}

/** Those that can be restored. */
export function useDeletedMachines() {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.machines, 'deleted'],
    queryFn: () => api.call('machines.list', { deleted: true }),
  });
}

/** Whatever is changed about machines; it is done when the list of them is as it then is. */
export function useChangeMachines() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: (api: Api) => Promise<unknown>) => change(api),
    onSuccess: () => refresh(client, keys.machines),
  });
}

export function useSettings() {
  const api = useApi();
  return useQuery({ queryKey: keys.settings, queryFn: () => api.call('settings.get', {}) });
}

export function useChangeSettings() {
  const api = useApi();
  const client = useQueryClient();
  const { mutate, error, reset } = useMutation({
    mutationFn: (change: Partial<Settings>) => api.call('settings.change', change),
    onSuccess: (stored) => client.setQueryData(keys.settings, stored),
    onError: () => refresh(client, keys.settings),
  });
  const change = useCallback(
    (part: Partial<Settings>) => {
      // Seen at once, and taken back where it could not be kept.
      client.setQueryData<ApiOutput<'settings.get'>>(
        keys.settings,
        (stored) => stored && { ...stored, settings: { ...stored.settings, ...part } },
      );
      mutate(part);
    },
    [client, mutate],
  );
  return { change, error, reset };
}

/** Stores the run that is in a file's text; `store.changed` then has everything read again. */
export function useImportRun() {
  const api = useApi();
  return useMutation({ mutationFn: (content: string) => api.call('runs.import', { content }) });
}

/** A network that was read from a file in the page; see useImportRun. */
export function useImportNetwork() {
  const api = useApi();
  return useMutation({ mutationFn: (network: NetworkImport) => api.call('models.import', network) });
}

/** See useImportRun. */
export function useDeleteNetwork() {
  const api = useApi();
  return useMutation({ mutationFn: (name: string) => api.call('models.delete', { name }) });
}

/** What an imported network is made of; undefined for one of the zoo, which the page has itself. */
export function useImportedGraph(name: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.models, name],
    queryFn: name === undefined ? skipToken : () => api.call('models.graph', { name }),
  });
}

/** A report is written anew whenever it is asked for, so that it has the figures of now. */
export function useReport() {
  const api = useApi();
  return useMutation({ mutationFn: (request: ReportRequest) => api.call('reports.create', request) });
}

/** As it can be looked at here: a PDF is printed from the HTML, and is not shown before it is saved. */
export function useReportPreview(request: ReportRequest | undefined) {
  const api = useApi();
  const shown = request && {
    ...request,
    format: request.format === 'pdf' ? ('html' as const) : request.format,
  };
  return useQuery({
    queryKey: [...keys.report, shown],
    queryFn: shown === undefined ? skipToken : () => api.call('reports.create', shown),
    placeholderData: keepPreviousData,
    // It may be large, and its run may go.
    gcTime: 0,
  });
}

/** See useImportRun. */
export function useDeleteAllRuns() {
  const api = useApi();
  return useMutation({ mutationFn: () => api.call('runs.deleteAll', {}) });
}

export function useStartRun() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: RunRequest) => api.call('runs.start', request),
    onSuccess: () => Promise.all([refresh(client, keys.runs), refresh(client, keys.active)]),
  });
}

export function useCancelRun() {
  const api = useApi();
  return useMutation({ mutationFn: (runId: string) => api.call('runs.cancel', { runId }) });
}

export function useDeleteRun() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (runId: string) => api.call('runs.delete', { runId }),
    onSuccess: (_, runId) => {
      client.removeQueries({ queryKey: keys.run(runId) });
      void refreshAcrossRuns(client);
      return refresh(client, keys.runs);
    },
  });
}

/** Carries the program's events into what was read, for as long as the page lives. */
export function useLiveUpdates(onInterruption: (listener: () => void) => () => void): void {
  const api = useApi();
  const client = useQueryClient();
  useEffect(() => subscribeToUpdates(api, client, onInterruption), [api, client, onInterruption]);
}

function subscribeToUpdates(
  api: Api,
  client: QueryClient,
  onInterruption: (listener: () => void) => () => void,
): () => void {
  const updates = new StillUpdates();
  const subscriptions = [
    api.subscribe('run.progress', (progress) =>
      updates.put('progress', () => client.setQueryData(keys.active, progress)),
    ),
    api.subscribe('run.conditions', ({ runId, sample }) =>
      updates.put(`conditions ${sample.atSeconds}`, () =>
        client.setQueryData<ConditionsSample[]>(
          keys.conditions(runId),
          (before) => before && [...before, sample].slice(-keptConditions),
        ),
      ),
    ),
    api.subscribe('run.measured', ({ runId, measurementId }) =>
      updates.put(`measured ${measurementId}`, () => {
        void refresh(client, keys.run(runId));
        void refresh(client, keys.measurement(measurementId));
        void refresh(client, keys.runs);
        // The first run of a machine is what makes it known.
        void refresh(client, keys.machines);
      }),
    ),
    api.subscribe('run.ended', ({ runId }) => {
      updates.flush();
      client.setQueryData(keys.active, null);
      void refresh(client, keys.run(runId));
      void refresh(client, keys.runs);
      void refresh(client, keys.machines);
      // What comes next takes as long as this did.
      void refresh(client, keys.plan);
      void refreshAcrossRuns(client);
    }),
    // Rare, and anything may have changed: names, figures, what is there at all.
    api.subscribe('store.changed', () => void client.invalidateQueries()),
    onInterruption(() => void client.invalidateQueries()),
  ];
  return () => {
    updates.stop();
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}

function refresh(client: QueryClient, queryKey: readonly string[]): Promise<void> {
  return client.invalidateQueries({ queryKey });
}

/** Not after every measurement: reading many runs while one is measured would be measured too. */
function refreshAcrossRuns(client: QueryClient): Promise<unknown> {
  return Promise.all([keys.comparison, keys.history, keys.noise].map((key) => refresh(client, key)));
}
