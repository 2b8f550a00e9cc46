const least = { major: 22, minor: 12 } as const;

/** Ends the process with one plain sentence where Node is too old for what follows. */
export function requireNode(): void {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return;
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

/** Why this version of Node will not do; undefined where it does. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > least.major || (major === least.major && minor >= least.minor)) return undefined;
  return (
    `Plimsoll needs Node ${least.major}.${least.minor} or newer, and this is Node ${version}. ` +
    'The checkout brings its own: run "npm run plimsoll -- <command>" instead.'
  );
}
