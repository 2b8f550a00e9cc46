/** The room of the rows that are not in the page. */
export function RowGap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: there is nothing in it that could be focused
    <tr aria-hidden="true" className="row-gap">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
