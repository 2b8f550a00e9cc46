import { useState } from 'react';
import { sharedTexts } from '../texts/shared.ts';

interface CopyButtonProps {
  readonly label: string;
  readonly content: () => string;
}

/** How long it says that it has copied. */
const saidForMs = 2000;

export function CopyButton({ label, content }: CopyButtonProps) {
  const [said, setSaid] = useState<string>();
  const copy = async () => {
    setSaid((await copyText(content())) ? sharedTexts.copy.done : sharedTexts.copy.failed);
    setTimeout(() => setSaid(undefined), saidForMs);
  };
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed here; the older way needs no permission, but something that is selected.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
