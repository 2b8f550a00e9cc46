/** Takes files with runs or networks, dropped anywhere or chosen, and says of each what became of it. */
import { useEffect, useRef, useState } from 'react';
import { decodeText } from '../../core/format/decode-text.ts';
import { ImportRefused } from '../../core/import/refusal.ts';
import { ApiError, bundleLimitBytes } from '../../core/protocol/api.ts';
import type { NetworkImport } from '../../core/protocol/networks.ts';
import { useImportNetwork, useImportRun } from '../api/queries.ts';
import { importTexts } from '../texts/imports.ts';
import { sharedTexts } from '../texts/shared.ts';
import { Notice } from './notice.tsx';

/** What a file was imported as: a run by its id, a network by its name. */
export type Imported =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'network'; readonly name: string };

interface Result {
  readonly file: string;
  readonly imported?: Imported;
  /** Why it was not. */
  readonly failure?: string;
}

const openers = new Set<() => void>();

/** Asks for files, from wherever there is a button or a command for it. */
export function askForFiles(): void {
  for (const open of openers) open();
}

export function ImportDesk({ onShow }: { onShow: (imported: Imported) => void }) {
  const words = importTexts;
  const field = useRef<HTMLInputElement>(null);
  const importRun = useImportRun().mutateAsync;
  const importNetwork = useImportNetwork().mutateAsync;
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
      const taken = isNetwork(file) ? takeNetwork(file, importNetwork) : takeRun(file, importRun);
      const result = await resultOf(file.name, taken);
      setResults((before) => [...before, result]);
    }
    isTaking.current = false;
    setIsBusy(false);
  };
  const imported = results.flatMap((result) => result.imported ?? []);
  const [first] = imported;

  return (
    <>
      <input
        ref={field}
        type="file"
        multiple
        hidden
        accept=".json,.onnx,application/json"
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
            title={isBusy ? words.busy : words.done(imported.length, results.length, kindOf(imported))}
            tone={imported.length < results.length ? 'warning' : 'plain'}
          >
            <ul className="bullets">
              {results.map((result, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name, and none is moved
                <li key={index}>{sentenceOf(result)}</li>
              ))}
            </ul>
            {!isBusy && (
              <p className="buttons">
                {first !== undefined && (
                  <button
                    type="button"
                    className="primary"
                    onClick={() => {
                      setResults([]);
                      onShow(first);
                    }}
                  >
                    {words.show}
                  </button>
                )}
                <button type="button" onClick={() => setResults([])}>
                  {sharedTexts.error.dismiss}
                </button>
              </p>
            )}
          </Notice>
        )}
      </div>
    </>
  );
}

/** What they all are. */
function kindOf(imported: readonly Imported[]): Imported['kind'] | 'file' {
  const [kind = 'file', ...others] = new Set(imported.map((one) => one.kind));
  return others.length === 0 ? kind : 'file';
}

function sentenceOf({ file, imported, failure }: Result): string {
  const words = importTexts;
  if (imported === undefined) return words.refused(file, failure ?? '');
  return imported.kind === 'run'
    ? words.taken(file, imported.runId)
    : words.takenNetwork(file, imported.name);
}

function isNetwork({ name }: File): boolean {
  return name.toLowerCase().endsWith('.onnx');
}

async function takeRun(
  file: File,
  importRun: (content: string) => Promise<{ readonly runId: string }>,
): Promise<Imported> {
  // In UTF-16 each character takes two bytes; the text itself is measured when it is parsed.
  if (file.size > 2 * bundleLimitBytes) throw new Error(importTexts.tooLarge(bundleLimitBytes >> 20));
  const content = decodeText(new Uint8Array(await readable(() => file.arrayBuffer())));
  return { kind: 'run', ...(await importRun(content)) };
}

/** It is read here: only its structure travels, and not its weights. */
async function takeNetwork(
  file: File,
  importNetwork: (network: NetworkImport) => Promise<{ readonly name: string }>,
): Promise<Imported> {
  const { importOnnx, refuseTooLarge } = await import('../../core/import/network.ts');
  refuseTooLarge(file.size);
  const bytes = new Uint8Array(await readable(() => file.arrayBuffer()));
  return { kind: 'network', ...(await importNetwork(importOnnx(bytes, file.name))) };
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch {
    throw new Error(importTexts.unreadable);
  }
}

async function resultOf(file: string, taken: Promise<Imported>): Promise<Result> {
  try {
    return { file, imported: await taken };
  } catch (error) {
    const hint = error instanceof ApiError || error instanceof ImportRefused ? error.hint : null;
    const message = error instanceof Error ? error.message : String(error);
    return { file, failure: hint === null ? message : `${message} ${hint}` };
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
