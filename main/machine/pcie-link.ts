/**
 * The link of a GPU, from the files of the PCI bus. Between a card and the processor are bridges, some of them on the card itself, which
 * hide a narrow slot from the card's own files; so each hop up to the root is looked at.
 */
import type { Gpu } from '../../core/protocol/run.ts';
import type { SystemFiles } from './system-files.ts';

const devices = '/sys/bus/pci/devices';
type Link = NonNullable<Gpu['link']>;

/** In GT/s, of PCI Express 1 to 6. */
const rates = [2.5, 5, 8, 16, 32, 64];

interface End {
  readonly width: number | null;
  readonly maximumWidth: number | null;
  readonly generation: number | null;
  readonly maximumGeneration: number | null;
}

/** The hop with the smallest share of the width that both of its ends can do; undefined if no hop tells. */
export async function readPcieLink(files: SystemFiles, address: string): Promise<Link | undefined> {
  const bridges = await readBridges(files);
  const hops: Link[] = [];
  let below: string | undefined = address;
  while (below !== undefined && hops.length < bridges.size + 1) {
    const above = bridges.get(busOf(below));
    const [lower, upper] = await Promise.all([
      readEnd(files, below),
      above === undefined ? undefined : readEnd(files, above),
    ]);
    const hop = hopOf(lower, upper);
    if (hop !== undefined) hops.push(hop);
    below = above;
  }
  return hops.toSorted((a, b) => a.width / a.maximumWidth - b.width / b.maximumWidth)[0];
}

/** By the bus that is behind each, as `0000:01`. */
async function readBridges(files: SystemFiles): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    (await files.list(devices)).map(async (address) => {
      const bus = await files.readPositive(`${devices}/${address}/secondary_bus_number`);
      return bus === null
        ? []
        : [[`${address.slice(0, 4)}:${bus.toString(16).padStart(2, '0')}`, address] as const];
    }),
  );
  return new Map(found.flat());
}

function busOf(address: string): string {
  return address.slice(0, 7);
}

async function readEnd(files: SystemFiles, address: string): Promise<End> {
  const read = (name: string) => files.read(`${devices}/${address}/${name}`);
  const [width, maximumWidth, speed, maximumSpeed] = await Promise.all([
    read('current_link_width'),
    read('max_link_width'),
    read('current_link_speed'),
    read('max_link_speed'),
  ]);
  return {
    width: lanes(width),
    maximumWidth: lanes(maximumWidth),
    generation: generationOf(speed),
    maximumGeneration: generationOf(maximumSpeed),
  };
}

function hopOf(lower: End, upper: End | undefined): Link | undefined {
  const { width } = lower;
  const maximumWidth = least(lower.maximumWidth, upper?.maximumWidth ?? null);
  if (width === null || maximumWidth === null) return undefined;
  return {
    width,
    maximumWidth,
    generation: lower.generation,
    maximumGeneration: least(lower.maximumGeneration, upper?.maximumGeneration ?? null),
  };
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** 0 and 63 stand for a link that is down or not known. */
function lanes(text: string | null): number | null {
  const value = Number(text);
  return text !== null && value > 0 && value <= 32 ? value : null;
}

/** `16.0 GT/s PCIe` is 4. */
function generationOf(text: string | null): number | null {
  const rate = Number.parseFloat(text ?? '');
  const index = rates.indexOf(rate);
  return index === -1 ? null : index + 1;
}
