import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError } from '../core/protocol/api.ts';
import { brokenConnection, type Connection, connect, ownTransport } from './api/connection.ts';
import { ApiContext } from './api/context.ts';
import { ConnectionScreen } from './components/connection-screen.tsx';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { Header } from './components/header.tsx';
import { Shell } from './components/shell.tsx';

export function App() {
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const [attempt, setAttempt] = useState(0);
  const [transport] = useState(ownTransport);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    let current = true;
    void connect(transport).then((next) => current && setConnection(next));
    return () => {
      current = false;
    };
  }, [attempt]);
  const [queries] = useState(() => createQueryClient(setConnection));

  if (connection.state !== 'ready') {
    return (
      <>
        <Header version={undefined} />
        <ConnectionScreen connection={connection} onRetry={() => setAttempt(attempt + 1)} />
      </>
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <ApiContext value={connection.api}>
        <ErrorBoundary>
          <Shell version={connection.version} onInterruption={connection.onInterruption} />
        </ErrorBoundary>
      </ApiContext>
    </QueryClientProvider>
  );
}

/** Data changes by events alone, so nothing is read again for its age. */
function createQueryClient(onBroken: (connection: Connection) => void): QueryClient {
  const watch = (error: unknown) => {
    const broken = brokenConnection(error);
    if (broken !== undefined) onBroken(broken);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: watch }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        // What the program refused, it refuses again; and a program that is gone is no matter of a second.
        retry: false,
      },
      mutations: { onError: (error) => !(error instanceof ApiError) && watch(error) },
    },
  });
}
