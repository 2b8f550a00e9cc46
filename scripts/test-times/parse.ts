/** How long each test took, from the reports of vitest (JSON), Playwright (JSON) and ctest (JUnit). */
import { z } from 'zod';

export interface TestTime {
  readonly runner: 'vitest' | 'playwright' | 'ctest';
  /** As the runner names it; ctest names none. */
  readonly file: string | undefined;
  readonly title: string;
  readonly ms: number;
}

const VitestSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      // A test that was skipped has none.
      assertionResults: z.array(z.object({ fullName: z.string(), duration: z.number().nullish() })),
    }),
  ),
});

const SpecSchema = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(z.object({ results: z.array(z.object({ duration: z.number() })) })),
});
interface Suite {
  title: string;
  specs: z.infer<typeof SpecSchema>[];
  suites?: Suite[] | undefined;
}
const SuiteSchema: z.ZodType<Suite> = z.object({
  title: z.string(),
  specs: z.array(SpecSchema),
  suites: z.lazy(() => z.array(SuiteSchema)).optional(),
});
const PlaywrightSchema = z.object({
  config: z.object({ rootDir: z.string() }),
  suites: z.array(SuiteSchema),
});

/** @param name of the report, which begins with that of its runner. Throws where the text is no report of that runner. */
export function parseTestTimes(name: string, text: string): TestTime[] {
  if (name.startsWith('ctest')) return fromCtest(text);
  const json: unknown = JSON.parse(text);
  return name.startsWith('playwright')
    ? fromPlaywright(PlaywrightSchema.parse(json))
    : fromVitest(VitestSchema.parse(json));
}

export function slowest(times: readonly TestTime[], count: number): TestTime[] {
  return [...times].sort((a, b) => b.ms - a.ms).slice(0, count);
}

function fromVitest({ testResults }: z.infer<typeof VitestSchema>): TestTime[] {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, duration }) => ({
      runner: 'vitest',
      file: name,
      title: fullName,
      ms: duration ?? 0,
    })),
  );
}

/** Retries of a test are added up. */
function fromPlaywright({ config, suites }: z.infer<typeof PlaywrightSchema>): TestTime[] {
  const fromSuite = (suite: Suite, path: readonly string[]): TestTime[] => [
    ...suite.specs.map(({ title, file, tests }) => ({
      runner: 'playwright' as const,
      file: `${config.rootDir}/${file}`,
      title: [...path, title].join(' › '),
      ms: tests.flatMap(({ results }) => results).reduce((sum, { duration }) => sum + duration, 0),
    })),
    ...(suite.suites ?? []).flatMap((inner) => fromSuite(inner, [...path, inner.title])),
  ];
  // The outermost suites are files.
  return suites.flatMap((suite) => fromSuite(suite, []));
}

function fromCtest(xml: string): TestTime[] {
  return [...xml.matchAll(/<testcase\s([^>]*)>/g)].map(([, attributes = '']) => ({
    runner: 'ctest',
    file: undefined,
    title: /\bname="([^"]*)"/.exec(attributes)?.[1] ?? '',
    ms: 1000 * Number(/\btime="([^"]*)"/.exec(attributes)?.[1] ?? 0),
  }));
}
