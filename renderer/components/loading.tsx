import { useEffect, useState } from 'react';
import { sharedTexts } from '../texts/shared.ts';

/** Shorter waits pass without a word. */
const patienceMs = 200;

export function Loading({ text = sharedTexts.loading }: { text?: string }) {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return <p className="quiet-text loading">{isLong ? text : ''}</p>;
}
