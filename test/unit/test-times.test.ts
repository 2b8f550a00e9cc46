import { describe, expect, it } from 'vitest';
import { parseTestTimes, slowest } from '../../scripts/test-times/parse.ts';

const vitest = JSON.stringify({
  numPassedTests: 2,
  testResults: [
    {
      name: '/plimsoll/test/unit/a.test.ts',
      assertionResults: [
        { fullName: 'a group counts', status: 'passed', duration: 12.5 },
        { fullName: 'a group waits', status: 'pending' },
      ],
    },
  ],
});
const playwright = JSON.stringify({
  config: { rootDir: '/plimsoll/test/e2e' },
  suites: [
    {
      title: 'gap.spec.ts',
      specs: [
        { title: 'draws', file: 'gap.spec.ts', tests: [{ results: [{ duration: 900 }, { duration: 100 }] }] },
      ],
      suites: [
        {
          title: 'by keys',
          specs: [{ title: 'opens', file: 'gap.spec.ts', tests: [{ results: [{ duration: 2000 }] }] }],
        },
      ],
    },
  ],
});
const ctest = `<?xml version="1.0"?>
<testsuite name="Linux" tests="2" time="7.5">
	<testcase name="native.fused" classname="native.fused" time="6.25" status="run">
		<system-out>name="not this"</system-out>
	</testcase>
	<testcase name="onednn" classname="onednn" time="1.25" status="run"/>
</testsuite>`;

describe('the times of tests', () => {
  it('are read from vitest, with nothing for a test that was skipped', () => {
    expect(parseTestTimes('vitest-unit.json', vitest)).toEqual([
      { runner: 'vitest', file: '/plimsoll/test/unit/a.test.ts', title: 'a group counts', ms: 12.5 },
      { runner: 'vitest', file: '/plimsoll/test/unit/a.test.ts', title: 'a group waits', ms: 0 },
    ]);
  });

  it('are read from Playwright, groups within a file and retries added up', () => {
    const file = '/plimsoll/test/e2e/gap.spec.ts';
    expect(parseTestTimes('playwright.json', playwright)).toEqual([
      { runner: 'playwright', file, title: 'draws', ms: 1000 },
      { runner: 'playwright', file, title: 'by keys › opens', ms: 2000 },
    ]);
  });

  it('are read from ctest', () => {
    expect(parseTestTimes('ctest.xml', ctest).map(({ title, ms }) => [title, ms])).toEqual([
      ['native.fused', 6250],
      ['onednn', 1250],
    ]);
  });

  it('are listed together, the slowest first', () => {
    const times = [
      ...parseTestTimes('vitest.json', vitest),
      ...parseTestTimes('playwright.json', playwright),
      ...parseTestTimes('ctest.xml', ctest),
    ];
    expect(slowest(times, 3).map(({ title }) => title)).toEqual([
      'native.fused',
      'by keys › opens',
      'onednn',
    ]);
  });

  it('of another form are refused', () => {
    expect(() => parseTestTimes('vitest.json', '{"testResults": 3}')).toThrow();
  });
});
