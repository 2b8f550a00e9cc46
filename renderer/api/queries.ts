/** What the page reads, by name, and how events keep it fresh. */
import {
  type QueryClient,
  skipToken,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Api, RunRequest } from '../../core/protocol/api.ts';
import type { CompareSide, HistoryHead } from '../../core/protocol/compare.ts';
import { useApi } from './context.ts';

const keys = {
  runs: ['runs'],
  run: (runId: string) => ['run', runId],
  measurement: (measurementId: string) => ['measurement', measurementId],
  active: ['active'],
  suites: ['suites'],
  machine: ['machine'],
  models: ['models'],
  doctor: ['doctor'],
  comparison: ['comparison'],
  history: ['history'],
  noise: ['noise'],
} as const;

export function useRuns() {
  const api = useApi();
  return useQuery({ queryKey: keys.runs, queryFn: () => api.call('runs.list', {}) });
}

export function useRun(runId: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: keys.run(runId ?? ''),
    queryFn: () => api.call('runs.get', { runId: runId ?? '' }),
    enabled: runId !== undefined,
  });
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

/** The smallest changes that are believed. */
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

export function useComparison(sides: Sides | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.comparison, sides],
    queryFn: sides === undefined ? skipToken : () => api.call('runs.compare', sides),
  });
}

/** Kernels and blocks of one row of a comparison. */
export function useComparedParts(beforeMeasurementId: string, afterMeasurementId: string) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.comparison, beforeMeasurementId, afterMeasurementId],
    queryFn: () => api.call('runs.compareParts', { beforeMeasurementId, afterMeasurementId }),
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
            return api.call('history.get', wanted);
          },
  });
}

export function useDetectedMachine(enabled: boolean) {
  const api = useApi();
  return useQuery({ queryKey: keys.machine, queryFn: () => api.call('machine.detect', {}), enabled });
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
export function useLiveUpdates(onResume: (listener: () => void) => () => void): void {
  const api = useApi();
  const client = useQueryClient();
  useEffect(() => subscribeToUpdates(api, client, onResume), [api, client, onResume]);
}

function subscribeToUpdates(
  api: Api,
  client: QueryClient,
  onResume: (listener: () => void) => () => void,
): () => void {
  const subscriptions = [
    api.subscribe('run.progress', (progress) => client.setQueryData(keys.active, progress)),
    api.subscribe('run.measured', ({ runId, measurementId }) => {
      void refresh(client, keys.run(runId));
      void refresh(client, keys.measurement(measurementId));
      void refresh(client, keys.runs);
    }),
    api.subscribe('run.ended', ({ runId }) => {
      client.setQueryData(keys.active, null);
      void refresh(client, keys.run(runId));
      void refresh(client, keys.runs);
      void refreshAcrossRuns(client);
    }),
    // Rare, and anything may have changed: names, figures, what is there at all.
    api.subscribe('store.changed', () => void client.invalidateQueries()),
    onResume(() => void client.invalidateQueries()),
  ];
  return () => {
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
