import { useEffect, useRef } from 'react';
import { commands } from '../commands.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { commandTexts } from '../texts/commands.ts';
import { Keys } from './keys.tsx';

/** Which keys do what. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const words = commandTexts;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const rows = [
    { title: words.palette, keys: [words.paletteKeys] },
    { title: words.keyList, keys: ['?'] },
    ...commands.flatMap(({ title, keys }) => (keys === undefined ? [] : [{ title, keys }])),
  ];
  return (
    <dialog ref={dialog} className="key-list" aria-label={words.keyList} onClose={onClose}>
      <h2>{words.keyList}</h2>
      <table aria-label={words.keyList}>
        <tbody>
          {rows.map(({ title, keys }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>
                <Keys keys={keys} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" onClick={() => dialog.current?.close()}>
        {detailTexts.close}
      </button>
    </dialog>
  );
}
