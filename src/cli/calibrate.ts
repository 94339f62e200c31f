/** `lab calibrate`: fit a machine's bandwidth to its measured totals, say how well that went. */
import { buildMachine, MachineError } from '../kernel/machine/build.ts';
import { calibrate } from '../scenarios/calibrate.ts';
import type { Calibration } from '../scenarios/calibrate.ts';
import { parseOptions } from './arguments.ts';
import { describeMachine } from './files.ts';
import { UsageError } from './io.ts';
import type { LabIo } from './io.ts';
import { table } from './table.ts';

const OPTIONS = { machine: { type: 'string' }, json: { type: 'boolean' } } as const;

/** What `--json` prints (docs/calibration.md). */
export interface CalibrationResult {
  schema: 'autonuma-lab/calibration/1';
  machine: Calibration['machine'];
  fitted: boolean;
  /** GB/s measured, GB/s of the fitted machine, simulated / measured - 1; null where there is none. */
  figures: Calibration['figures'];
  notes: string[];
}

/** Run with the arguments after `calibrate`; returns the exit status. */
export function calibrateCommand(args: string[], io: LabIo): number {
  const { machine, json } = parseOptions('calibrate', args, OPTIONS);
  if (machine === undefined)
    throw new UsageError('lab calibrate: --machine is missing, a preset or a machine file');
  const calibration = fit(machine, io, json === true);
  const { fitted, figures, notes } = calibration;
  const result: CalibrationResult = {
    schema: 'autonuma-lab/calibration/1',
    machine: calibration.machine,
    fitted,
    figures,
    notes,
  };
  io.out(json === true ? `${JSON.stringify(result)}\n` : text(calibration));
  return 0;
}

function fit(machine: string, io: LabIo, quiet: boolean): Calibration {
  let runs = 0;
  const progress = (what: string): void => {
    runs++;
    if (!quiet) io.err(io.errIsTerminal ? `\rrun ${runs}: ${what}   ` : '');
  };
  try {
    const calibration = calibrate(describeMachine(io, machine), progress);
    if (!quiet && io.errIsTerminal) io.err('\r                    \r');
    return calibration;
  } catch (error) {
    if (error instanceof MachineError) throw new UsageError(`--machine: ${error.message}`);
    throw error;
  }
}

/** Two decimals, and no minus before a zero. */
function signed(value: number): string {
  const text = value.toFixed(2);
  return Number(text) === 0 ? '0.00' : text;
}

function text({ machine, fitted, figures, runs, notes }: Calibration): string {
  const b = machine.bandwidth_gbps!;
  const number = (value: number | null): string => (value === null ? '-' : value.toFixed(2));
  return [
    `${machine.name}: bandwidth ${fitted ? `fitted with ${runs} simulated runs` : 'as given or assumed, not fitted'}`,
    '',
    table([
      ['parameter', 'GB/s'],
      ['socket_local', String(b.socket_local)],
      ['socket_remote', String(b.socket_remote)],
      ['lone_local', String(b.lone_local)],
      ['lone_remote', String(b.lone_remote)],
      ...b.controller.map((value, n) => [
        `controller of node${buildMachine(machine).nodes[n].osId}`,
        String(value),
      ]),
    ]),
    '',
    table([
      ['total GB/s', 'measured', 'simulated', 'residual'],
      ...figures.map((f) => [
        f.name,
        number(f.measured),
        number(f.simulated),
        f.residual === null ? '-' : `${signed(100 * f.residual)} %`,
      ]),
    ]),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    JSON.stringify(machine),
    '',
  ].join('\n');
}
