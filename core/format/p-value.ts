/** `p = 0.0042`; what is smaller than the test can be trusted to tell is only said to be so. */
export function formatP(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`;
}
