/** Why a row is judged as it is, and where in the network it comes from: block by block, and in each kernel by kernel. */
import { Fragment } from 'react';
import { formatEffect } from '../../../core/format/effect.ts';
import { formatP } from '../../../core/format/p-value.ts';
import { formatSettling } from '../../../core/format/settling.ts';
import { formatNs } from '../../../core/format/units.ts';
import type { ComparedPart, ComparedParts, ComparedRow } from '../../../core/protocol/compare.ts';
import { useComparedParts } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useViewState } from '../../view-state.ts';
import { compareTexts } from './texts.ts';

export function ComparedReason({ row }: { row: ComparedRow }) {
  const words = compareTexts;
  const { reason, p, before, after, model, verdict, settling, latencyEffect } = row;
  // What is no change of the network is none of its blocks.
  const isShown = verdict === 'BETTER' || verdict === 'WORSE';
  const parts = useComparedParts(isShown ? before.measurementId : undefined, after.measurementId);
  return (
    <>
      <p>{reason}</p>
      {settling !== null && <p>{formatSettling(settling)}</p>}
      <p className="quiet-text">
        {/* Most reasons name it themselves. */}
        {p !== null && !reason.includes('(p ') && words.p(formatP(p))}{' '}
        {words.rounds(before.rounds, after.rounds)} {words.median(formatEffect(latencyEffect))}
      </p>
      {parts.isError && <ErrorNotice error={parts.error} />}
      {parts.isLoading && <Loading />}
      {parts.data?.blocks.length === 0 && <p>{words.noBlocks}</p>}
      {parts.data !== undefined && parts.data.blocks.length > 0 && (
        <>
          <p className="quiet-text">{words.blocksMeaning}</p>
          <Blocks model={model} parts={parts.data} />
        </>
      )}
    </>
  );
}

function Blocks({ model, parts: { blocks, kernels } }: { model: string; parts: ComparedParts }) {
  const words = compareTexts;
  const [view, changeView] = useViewState();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="table-frame" aria-label={words.blocks(model)} tabIndex={0}>
      <table aria-label={words.blocks(model)}>
        <thead>
          <tr>
            {Object.values(words.blockColumns).map((title, index) => (
              <th key={title} scope="col" className={index === 0 ? undefined : 'right'}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {blocks.map((block) => {
            const inside = kernels.filter((kernel) => kernel.block === block.name);
            const isOpen = view.part === block.name;
            return (
              <Fragment key={block.name}>
                <tr>
                  <td>
                    <button
                      type="button"
                      className="link"
                      aria-expanded={isOpen}
                      onClick={() => changeView({ part: isOpen ? undefined : block.name })}
                    >
                      <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {block.name}
                    </button>
                  </td>
                  <Times part={block} />
                </tr>
                {isOpen &&
                  inside.map((kernel) => (
                    <tr key={kernel.name} className="kernel-row">
                      <td>{kernel.name}</td>
                      <Times part={kernel} />
                    </tr>
                  ))}
                {isOpen && inside.length === 0 && (
                  <tr className="kernel-row">
                    <td colSpan={4}>{words.noKernels}</td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Times({ part: { beforeNs, afterNs, ratio } }: { part: ComparedPart }) {
  const percent = 100 * (ratio - 1);
  return (
    <>
      <td className="right">{formatNs(beforeNs)}</td>
      <td className="right">{formatNs(afterNs)}</td>
      <td className="right">
        {percent > 0 ? '+' : ''}
        {percent.toFixed(1)}%
      </td>
    </>
  );
}
