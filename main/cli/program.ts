/** The command line as a function from arguments to an exit code. */
import { Command, CommanderError } from 'commander';
import { ApiError } from '../../core/protocol/api.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { createApi, type LocalApi } from '../api.ts';
import { toApiError } from '../shell/transport.ts';
import { addCompare } from './commands/compare.ts';
import { addCompletion } from './commands/completion.ts';
import { addDelete } from './commands/delete.ts';
import { addDetect } from './commands/detect.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addMachines } from './commands/machines.ts';
import { addModels } from './commands/models.ts';
import { addNoise } from './commands/noise.ts';
import { addOpen } from './commands/open.ts';
import { addProfile } from './commands/profile.ts';
import { addReport } from './commands/report.ts';
import { addRestore } from './commands/restore.ts';
import { addRuns } from './commands/runs.ts';
import { addServe } from './commands/serve.ts';
import { addSettings } from './commands/settings.ts';
import { addShow } from './commands/show.ts';
import { addVerify } from './commands/verify.ts';
import { addWatch } from './commands/watch.ts';
import { type CommandContext, printJson } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { processTerminal, type Terminal } from './format/terminal.ts';

const commands = [
  addProfile,
  addRuns,
  addShow,
  addVerify,
  addNoise,
  addCompare,
  addHistory,
  addExport,
  addImport,
  addReport,
  addDelete,
  addRestore,
  addMachines,
  addModels,
  addDetect,
  addWatch,
  addSettings,
  addServe,
  addOpen,
  addDoctor,
  addCompletion,
] as const;

interface Surroundings {
  readonly terminal?: Terminal;
  readonly api?: LocalApi;
}

/** Resolves with the exit code; every failure has been told to the user by then. */
export async function runPlimsoll(args: readonly string[], surroundings: Surroundings = {}): Promise<number> {
  const terminal = surroundings.terminal ?? processTerminal();
  const api = surroundings.api ?? createApi();
  const context: CommandContext = { terminal, api, exitCode: exitCodes.ok };
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    const failure = error instanceof CommanderError ? usageError(error) : toApiError(error);
    reportFailure(terminal, failure, args.includes('--json'));
    return failure.code === 'badInput' ? exitCodes.badInput : exitCodes.failed;
  } finally {
    await api.close();
  }
}

function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('plimsoll')
    .description(packageJson.description)
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      // Told by runPlimsoll, in the one form that all failures have.
      outputError: () => {},
    });
  for (const add of commands) add(program, context);
  return program;
}

function usageError(error: CommanderError): ApiError {
  // Called without a command, commander has already printed the help and has no sentence of its own.
  if (error.code === 'commander.help') {
    return new ApiError('badInput', 'A command is missing.', 'For example: plimsoll profile');
  }
  const [message = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion.length > 0 ? suggestion.join(' ').replace(/^\((.*)\)$/, '$1') : null;
  return new ApiError('badInput', capitalize(message), hint ?? 'See plimsoll --help.');
}

function reportFailure(terminal: Terminal, failure: ApiError, json: boolean): void {
  if (json) printJson(terminal, { error: failure.toData() });
  terminal.err(failure.hint === null ? failure.message : `${failure.message}\n${failure.hint}`);
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
