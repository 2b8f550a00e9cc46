import type { Connection } from '../api/connection.ts';
import { connectionTexts } from '../texts/connection.ts';
import { Loading } from './loading.tsx';
import { Notice } from './notice.tsx';

interface ConnectionScreenProps {
  readonly connection: Exclude<Connection, { state: 'ready' }>;
  readonly onRetry: () => void;
}

export function ConnectionScreen({ connection, onRetry }: ConnectionScreenProps) {
  return <main className="connection">{content(connection, onRetry)}</main>;
}

function content(connection: ConnectionScreenProps['connection'], onRetry: () => void) {
  const words = connectionTexts;
  const retry = (
    <button type="button" onClick={onRetry}>
      {words.retry}
    </button>
  );
  switch (connection.state) {
    case 'connecting':
      return <Loading text={words.connecting} />;
    case 'signedOut':
      return (
        <Notice title={words.signedOut.title} tone="warning">
          <p>{words.signedOut.text}</p>
          <p>{words.signedOut.hint}</p>
        </Notice>
      );
    case 'unreachable':
      return (
        <Notice title={words.unreachable.title} tone="warning">
          <p>{words.unreachable.text}</p>
          <p>{words.unreachable.hint}</p>
          {retry}
        </Notice>
      );
    case 'otherVersion':
      return (
        <Notice title={words.otherVersion.title} tone="warning">
          <p>{words.otherVersion.text(connection.version)}</p>
          <button type="button" onClick={() => location.reload()}>
            {words.reload}
          </button>
        </Notice>
      );
    case 'failed':
      return (
        <Notice title={words.failed.title} tone="error">
          <p>{connection.message}</p>
          <p>{words.failed.hint}</p>
          {retry}
        </Notice>
      );
  }
}
