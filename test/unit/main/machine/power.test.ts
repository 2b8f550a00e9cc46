import { describe, expect, it } from 'vitest';
import { powerSource, readPower } from '../../../../main/machine/power.ts';
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

const mains = { type: 'Mains', online: '1', status: null, scope: null };
const battery = { type: 'Battery', online: null, status: 'Discharging', scope: null };

describe('what decides the clock', () => {
  it.each([
    ['hybrid-laptop', { source: 'battery', governor: 'powersave', profile: 'low-power' }],
    ['workstation', { source: null, governor: 'performance', profile: null }],
    ['arm-board', { source: null, governor: 'ondemand', profile: null }],
    ['cloud-guest', { source: null, governor: null, profile: null }],
    ['garbage', { source: null, governor: null, profile: null }],
    ['nowhere', { source: null, governor: null, profile: null }],
  ])('on the machine %s is %o', async (machine, power) => {
    expect(await readPower(machineFiles(machine))).toEqual(power);
  });
});

describe('the source of power', () => {
  it('is mains where a supply is plugged in, whatever the battery does', () => {
    expect(powerSource([mains, battery])).toBe('mains');
  });

  it('is mains by way of USB as well', () => {
    expect(powerSource([battery, { ...mains, type: 'USB' }])).toBe('mains');
  });

  it('is the battery where none is plugged in', () => {
    expect(powerSource([{ ...mains, online: '0' }, battery])).toBe('battery');
  });

  it.each(['Charging', 'Full'])('is mains where the battery says %j and no supply is listed', (status) => {
    expect(powerSource([{ ...battery, status }])).toBe('mains');
  });

  it('is the battery where one of two is discharged', () => {
    expect(powerSource([{ ...battery, status: 'Full' }, battery])).toBe('battery');
  });

  it("is not the battery of a mouse, nor a mouse's charger", () => {
    expect(powerSource([{ ...battery, scope: 'Device' }])).toBeNull();
    expect(powerSource([{ ...mains, scope: 'Device' }, battery])).toBe('battery');
  });

  it.each([
    ['there is none', []],
    ['the battery does not tell', [{ ...battery, status: 'Unknown' }]],
    ['the supply does not tell', [{ ...mains, online: null }]],
    [
      'it is of no known type',
      [
        { ...mains, type: 'Wireless' },
        { ...battery, type: null },
      ],
    ],
  ])('is unknown where %s', (_what, supplies) => {
    expect(powerSource(supplies)).toBeNull();
  });
});
