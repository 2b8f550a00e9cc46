import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseNvidiaSmi } from '../../../../main/machine/nvidia.ts';
import { readPcieLink } from '../../../../main/machine/pcie-link.ts';
import { systemFiles } from '../../../../main/machine/system-files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-pcie-'));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Device {
  readonly width: readonly [current: number, maximum: number];
  readonly speed?: readonly [current: number, maximum: number];
  /** The bus behind a bridge. */
  readonly bus?: number;
}

const usualSpeed: NonNullable<Device['speed']> = [16, 16];

function lay(devices: Readonly<Record<string, Device>>): void {
  for (const [address, { width, speed = usualSpeed, bus }] of Object.entries(devices)) {
    const folder = join(root, 'sys/bus/pci/devices', address);
    mkdirSync(folder, { recursive: true });
    const files = {
      current_link_width: width[0],
      max_link_width: width[1],
      current_link_speed: `${speed[0].toFixed(1)} GT/s PCIe`,
      max_link_speed: `${speed[1].toFixed(1)} GT/s PCIe`,
      ...(bus !== undefined && { secondary_bus_number: bus }),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `${text}\n`);
  }
}

const linkOf = (address: string) => readPcieLink(systemFiles(root), address);

describe('the link of a GPU', () => {
  it('is held against what both ends can do', async () => {
    lay({
      '0000:00:01.0': { width: [8, 8], bus: 1 },
      '0000:01:00.0': { width: [8, 16] },
    });
    expect(await linkOf('0000:01:00.0')).toMatchObject({ width: 8, maximumWidth: 8 });
  });

  it('is narrow if a card sits badly in its slot', async () => {
    lay({
      '0000:00:01.0': { width: [4, 16], bus: 1 },
      '0000:01:00.0': { width: [4, 16] },
    });
    expect(await linkOf('0000:01:00.0')).toMatchObject({ width: 4, maximumWidth: 16 });
  });

  it('is found narrow behind a bridge on the card itself', async () => {
    lay({
      '0000:00:01.0': { width: [4, 16], bus: 1 },
      '0000:01:00.0': { width: [4, 16], bus: 2 },
      '0000:02:00.0': { width: [16, 16], bus: 3 },
      '0000:03:00.0': { width: [16, 16] },
    });
    expect(await linkOf('0000:03:00.0')).toMatchObject({ width: 4, maximumWidth: 16 });
  });

  it('has a lower generation while it is idle, which is kept as it is', async () => {
    lay({
      '0000:00:01.0': { width: [16, 16], speed: [2.5, 16], bus: 1 },
      '0000:01:00.0': { width: [16, 16], speed: [2.5, 32] },
    });
    expect(await linkOf('0000:01:00.0')).toEqual({
      width: 16,
      maximumWidth: 16,
      generation: 1,
      maximumGeneration: 4,
    });
  });

  it('is not known of a GPU without a link', async () => {
    lay({ '0000:00:02.0': { width: [0, 255] } });
    expect(await linkOf('0000:00:02.0')).toBeUndefined();
  });

  it('is told by nvidia-smi, and not by one that does not know', () => {
    const line = '550.54.14, 0x1, NVIDIA RTX A2000, 00000000:01:00.0, 30, 6138';
    expect(parseNvidiaSmi(`${line}, 8, 16, 1, 4`)[0]?.link).toEqual({
      width: 8,
      maximumWidth: 16,
      generation: 1,
      maximumGeneration: 4,
    });
    expect(parseNvidiaSmi(`${line}, [N/A], [N/A], [N/A], [N/A]`)[0]?.link).toBeUndefined();
    expect(parseNvidiaSmi(line)[0]?.link).toBeUndefined();
  });
});
