/** How hot the processor is: by its own sensor. Disks, chargers and inputs of a board to which nothing is connected are hotter, and no matter. */
import type { SystemFiles } from './system-files.ts';

/** Drivers of processors' own sensors, and of each the labels that count, the best first; of others every one, and the hottest. */
const drivers: readonly (readonly [driver: RegExp, labels: readonly RegExp[]])[] = [
  // Of AMD: Tctl is Tdie and on some processors an offset; Tccd are the dies by themselves.
  [/^(?:k10temp|zenpower|k8temp)$/, [/^Tdie$/, /^Tctl$/, /^Tccd\d+$/]],
  [/^coretemp$/, [/^Package id \d+$/, /^Physical id \d+$/, /^Core \d+$/]],
  [/^via_cputemp$/, []],
  [
    /^(?:cpu\d*_thermal|soc_thermal|bigcore\d*_thermal|littlecore_thermal|package_thermal|cpu_.*|apss.*)$/,
    [],
  ],
  [/^(?:apm_xgene|scpi_sensors|scmi_sensors|hisi_thermal)$/, [/cpu|soc|ap/i]],
];

/** Zones of the processor; those of batteries, radios and cases are others. */
const zoneTypes = [
  /^x86_pkg_temp$/,
  /^(?:cpu|bigcore|littlecore|package|soc)\w*[-_]thermal\w*$|^cpu[-_]?\w*$|^soc\w*$|^apc\d.*|^CPU-therm$/i,
];

/** No processor that runs has ever been colder or hotter; a sensor that says so is none, or is connected to nothing. */
const coldestMillidegrees = 1000;
const hottestMillidegrees = 125_000;

/** Null where none is known to be the processor's. */
export async function readTemperature(files: SystemFiles): Promise<number | null> {
  const monitors = await Promise.all(
    (await files.list('/sys/class/hwmon')).map(async (name) => {
      const folder = `/sys/class/hwmon/${name}`;
      return { folder, driver: (await files.read(`${folder}/name`)) ?? '' };
    }),
  );
  for (const [driver, labels] of drivers) {
    const values = await Promise.all(
      monitors
        .filter((monitor) => driver.test(monitor.driver))
        .map(({ folder }) => readMonitor(files, folder, labels)),
    );
    const hottest = hottestOf(values);
    if (hottest !== null) return hottest;
  }
  return readZones(files);
}

async function readMonitor(
  files: SystemFiles,
  folder: string,
  labels: readonly RegExp[],
): Promise<number | null> {
  const inputs = (await files.list(folder)).filter((name) => /^temp\d+_input$/.test(name));
  const sensors = await Promise.all(
    inputs.map(async (input) => ({
      value: await readCelsius(files, `${folder}/${input}`),
      label: (await files.read(`${folder}/${input.replace('_input', '_label')}`)) ?? '',
    })),
  );
  for (const wanted of labels) {
    const hottest = hottestOf(sensors.filter(({ label }) => wanted.test(label)).map(({ value }) => value));
    if (hottest !== null) return hottest;
  }
  // Old kernels give their sensors no labels.
  return hottestOf(
    sensors.filter(({ label }) => label === '' || labels.length === 0).map(({ value }) => value),
  );
}

async function readZones(files: SystemFiles): Promise<number | null> {
  const zones = await Promise.all(
    (await files.list('/sys/class/thermal'))
      .filter((name) => name.startsWith('thermal_zone'))
      .map(async (name) => ({
        type: (await files.read(`/sys/class/thermal/${name}/type`)) ?? '',
        value: await readCelsius(files, `/sys/class/thermal/${name}/temp`),
      })),
  );
  for (const type of zoneTypes) {
    const hottest = hottestOf(zones.filter((zone) => type.test(zone.type)).map(({ value }) => value));
    if (hottest !== null) return hottest;
  }
  return null;
}

async function readCelsius(files: SystemFiles, path: string): Promise<number | null> {
  const value = await files.readPositive(path);
  return value === null || value < coldestMillidegrees || value > hottestMillidegrees ? null : value / 1000;
}

function hottestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
