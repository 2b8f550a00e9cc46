/** The machine that runs this, as it is. */
import { availableParallelism, cpus, hostname, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { EnvironmentSchema } from '../../../../core/protocol/run.ts';
import { detectMachine } from '../../../../main/machine/detect.ts';

describe('this machine', () => {
  it('is detected, and agrees with what Node says of it', { timeout: 20_000 }, async () => {
    const environment = await detectMachine();
    expect(EnvironmentSchema.parse(environment)).toEqual(environment);
    const { machine, cpu, memory, system, software } = environment;
    expect(machine.id).toMatch(/^[0-9a-f]{12}$/);
    expect(machine.name).toBe(hostname());
    expect(cpu.logicalCores).toBe(cpus().length);
    expect(cpu.usableCores).toBe(Math.min(availableParallelism(), cpus().length));
    expect(cpu.physicalCores).toBeGreaterThanOrEqual(1);
    expect(cpu.physicalCores).toBeLessThanOrEqual(cpu.logicalCores);
    expect(cpu.model).not.toBe('');
    expect(memory.totalBytes / totalmem()).toBeCloseTo(1, 1);
    expect(memory.availableBytes).toBeGreaterThan(0);
    expect(memory.availableBytes).toBeLessThanOrEqual(memory.totalBytes);
    expect(system).toMatchObject({ platform: process.platform, architecture: process.arch });
    expect(software.node).toBe(process.versions.node);
  });
});
