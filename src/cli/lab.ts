/** The `lab` command without its terminal: arguments in, exit status out. */
import { suggestion } from '../workloads/error.ts';
import { calibrateCommand } from './calibrate.ts';
import { UsageError } from './io.ts';
import type { LabIo } from './io.ts';
import { LIST_COMMANDS, listCommand } from './lists.ts';
import { publishedCommand } from './published.ts';
import { runCommand } from './run.ts';
import { shellCommand } from './shell.ts';
import { sweepCommand } from './sweep.ts';

const USAGE = `usage:
  lab run [options]      run a program on a simulated machine
    --scenario NAME         begin with a scenario of the gallery; other options change it
    --experiment FILE       what runs, as the page saves it; other options say otherwise
    --machine NAME|FILE     a preset, a machine file (JSON), or output of numactl --hardware
    --workload NAME|FILE    a built-in program, or a workload file (JSON)
    --variant V             hard_bind, inverse_bind or force_same_node
    --param NAME=N          a parameter of the workload; may be given again
    --policy autonuma|off   default autonuma
    --version V             version of AutoNUMA, default alpha6
    --boot noautonuma       boot without AutoNUMA
    --thp off|on            transparent huge pages, default off
    --set PATH=VALUE        write a knob before the first tick; may be given again
    --edit TICK,PATH,VALUE  write a knob, or proc/PID/affinity or proc/PID/signal, once that tick is over; may be given again
    --seed N                default 1
    --limit-s S             stop after S simulated seconds
    --series                a row for every simulated second
    --trace FILE            a Chrome trace for Perfetto; gzipped when the name ends in .gz
    --json                  one JSON object on standard output and nothing else
  lab shell [options]    a shell on a simulated machine; its options are those of an experiment above, and
    --command LINE          run this line only; run DURATION lets simulated time pass
  lab sweep [options]    run it for every combination of the values of one or two fields; options of run, and
    --vary FIELD=VALUES     seed, version, policy, variant, thp, parameters.NAME or a knob's path; values are
                            1,2,4 or 1..8 or 0..100+20 or 100..3200*2; may be given twice
    --jobs N                processes to run in, default 1
    --json | --csv          other forms of the table; --series adds the local share over time to --json
  lab calibrate --machine NAME|FILE [--json]
                         fit the bandwidth of a machine to its measured totals
  lab published [options] the published results beside those of the model
    --seeds N               runs of a row that chance acts on, default 8
    --only REGEX            rows by their name, e.g. andrea/numa02
    --jobs N                processes to run rows in, default 1
    --check                 exit status 1 when a row misses its target
    --json | --markdown     other forms of the table
  lab machines [--json]  the machines there are
  lab workloads [--json] the programs there are, with their parameters
  lab scenarios [--json] the gallery: questions and what happens
  lab knobs [--json]     every knob of sysfs with its default and range
`;

const COMMANDS = ['run', 'shell', 'sweep', 'calibrate', 'published', ...LIST_COMMANDS];

/**
 * Run the command line.
 * @param argv the arguments after the program's name
 * @returns the exit status: 0, 1 when a check fails, or 2 when the arguments are wrong; a promise only of `shell` and with `--jobs`
 */
export function runLab(argv: string[], io: LabIo): number | Promise<number> {
  const [command, ...args] = argv;
  try {
    if (command === '--help' || command === '-h' || command === 'help' || args.includes('--help')) {
      io.out(USAGE);
      return 0;
    }
    if (command === undefined) throw new UsageError(`a command is missing\n${USAGE.trimEnd()}`);
    if (command === 'run') return runCommand(args, io);
    if (command === 'shell') return shellCommand(args, io);
    if (command === 'sweep') return sweepCommand(args, io);
    if (command === 'calibrate') return calibrateCommand(args, io);
    if (command === 'published') return publishedCommand(args, io);
    if (LIST_COMMANDS.includes(command)) return listCommand(command, args, io);
    throw new UsageError(`there is no command "${command}"${suggestion(command, COMMANDS)}`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`lab: ${error.message.replace(/^lab /, '')}\n`);
    return 2;
  }
}
