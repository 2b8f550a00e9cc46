/** Takes files with runs, dropped anywhere or chosen, and says of each what became of it. */
import { useEffect, useRef, useState } from 'react';
import { ApiError, bundleLimitBytes } from '../../core/protocol/api.ts';
import { useImportRun } from '../api/queries.ts';
import { texts } from '../texts.ts';
import { Notice } from './notice.tsx';

interface Result {
  readonly file: string;
  readonly runId?: string;
  /** Why it was not imported. */
  readonly failure?: string;
}

const openers = new Set<() => void>();

/** Asks for files, from wherever there is a button or a command for it. */
export function askForRuns(): void {
  for (const open of openers) open();
}

export function ImportDesk({ onShow }: { onShow: (runId: string) => void }) {
  const words = texts.imports;
  const field = useRef<HTMLInputElement>(null);
  const run = useImportRun().mutateAsync;
  const [results, setResults] = useState<readonly Result[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const isOver = useDrop((files) => void take(files));

  useEffect(() => {
    const open = () => field.current?.click();
    openers.add(open);
    return () => {
      openers.delete(open);
    };
  }, []);

  // One after the other, for each may be large; what comes meanwhile stands in line.
  const waiting = useRef<File[]>([]);
  const isTaking = useRef(false);
  const take = async (files: readonly File[]) => {
    waiting.current.push(...files);
    if (isTaking.current) return;
    isTaking.current = true;
    setIsBusy(true);
    setResults([]);
    for (let file = waiting.current.shift(); file !== undefined; file = waiting.current.shift()) {
      const result = await importFile(file, run);
      setResults((before) => [...before, result]);
    }
    isTaking.current = false;
    setIsBusy(false);
  };
  const imported = results.filter(({ failure }) => failure === undefined);
  const [first] = imported;

  return (
    <>
      <input
        ref={field}
        type="file"
        multiple
        hidden
        accept=".json,application/json"
        aria-label={words.choose}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          // The same file may be chosen again.
          target.value = '';
          if (files.length > 0) void take(files);
        }}
      />
      {isOver && (
        <div className="drop-hint" aria-hidden="true">
          <p>{words.drop}</p>
        </div>
      )}
      <div role="status">
        {(isBusy || results.length > 0) && (
          <Notice
            title={isBusy ? words.busy : words.done(imported.length, results.length)}
            tone={imported.length < results.length ? 'warning' : 'plain'}
          >
            <ul className="bullets">
              {results.map(({ file, failure, runId }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name, and none is moved
                <li key={index}>
                  {failure === undefined ? words.taken(file, runId ?? '') : words.refused(file, failure)}
                </li>
              ))}
            </ul>
            {!isBusy && (
              <p className="buttons">
                {first?.runId !== undefined && (
                  <button
                    type="button"
                    className="primary"
                    onClick={() => {
                      setResults([]);
                      onShow(first.runId ?? '');
                    }}
                  >
                    {words.show}
                  </button>
                )}
                <button type="button" onClick={() => setResults([])}>
                  {texts.error.dismiss}
                </button>
              </p>
            )}
          </Notice>
        )}
      </div>
    </>
  );
}

async function importFile(
  file: File,
  run: (content: string) => Promise<{ readonly runId: string }>,
): Promise<Result> {
  const { name } = file;
  const words = texts.imports;
  if (file.size > bundleLimitBytes) return { file: name, failure: words.tooLarge(bundleLimitBytes >> 20) };
  let content: string;
  try {
    content = await file.text();
  } catch {
    return { file: name, failure: words.unreadable };
  }
  try {
    return { file: name, runId: (await run(content)).runId };
  } catch (error) {
    const hint = error instanceof ApiError && error.hint !== null ? ` ${error.hint}` : '';
    return { file: name, failure: `${error instanceof Error ? error.message : String(error)}${hint}` };
  }
}

/** Whether files are held over the window. Without this a browser would leave the page and open them. */
function useDrop(onDrop: (files: readonly File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const latest = useRef(onDrop);
  useEffect(() => {
    latest.current = onDrop;
  });
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setIsOver(false);
    const drop = (event: DragEvent) => {
      setIsOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
}
