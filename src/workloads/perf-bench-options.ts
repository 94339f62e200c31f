/** The options of `perf bench numa mem` (benchmarks.md 3.1): as a command line, and as parameters. */
import { suggestion, WorkloadError } from './error.ts';
import { resolveParameters } from './workload.ts';
import type { ParameterInfo } from './workload.ts';

/** What a run is asked to do. Sizes are in MB of 2^20 bytes, and may be broken. */
export interface PerfBenchOptions {
  processes: number;
  /** Per process. */
  threads: number;
  globalMb: number;
  processMb: number;
  processLockedMb: number;
  threadMb: number;
  /** Infinity: unlimited. */
  loops: number;
  /** 0: unlimited. */
  secs: number;
  usleep: number;
  reads: boolean;
  writes: boolean;
  backwards: boolean;
  zeroMemset: boolean;
  randWalk: boolean;
  initZero: boolean;
  initRandom: boolean;
  initCpu0: boolean;
  /** 0: never. */
  perturbSecs: number;
  /** Above 0 MADV_HUGEPAGE, below MADV_NOHUGEPAGE, 0 neither. */
  thp: number;
  showConvergence: boolean;
  measureConvergence: boolean;
  quiet: boolean;
  serializeStartup: boolean;
  /** CPUs and memory nodes of the first tasks, in perf's own syntax; '' = unbound. */
  cpus: string;
  memnodes: string;
}

/** One run of the benchmark: the name its result lines begin with, and the options. */
export interface PerfBenchTest {
  label: string;
  options: PerfBenchOptions;
}

/** What perf takes when nothing is said. */
export const PERF_DEFAULTS: PerfBenchOptions = {
  processes: 1,
  threads: 1,
  globalMb: 1,
  processMb: 0,
  processLockedMb: 0,
  threadMb: 0,
  loops: Infinity,
  secs: 5,
  usleep: 0,
  reads: true,
  writes: true,
  backwards: true,
  zeroMemset: false,
  randWalk: true,
  initZero: false,
  initRandom: true,
  initCpu0: false,
  perturbSecs: 0,
  thp: 0,
  showConvergence: false,
  measureConvergence: false,
  quiet: false,
  serializeStartup: true,
  cpus: '',
  memnodes: '',
};

type Kind = 'count' | 'size' | 'flag' | 'signed' | 'text';

interface OptionInfo {
  short: string;
  long: string;
  /** The field it sets; '' for what has no effect here. */
  field: keyof PerfBenchOptions | '';
  kind: Kind;
  meaning: string;
  unit: string;
  minimum: number;
  maximum: number;
}

function option(
  short: string,
  long: string,
  field: OptionInfo['field'],
  kind: Kind,
  meaning: string,
  unit = '',
  minimum = 0,
  maximum = 1,
): OptionInfo {
  return { short, long, field, kind, meaning, unit, minimum, maximum };
}

const MOST_MB = 1 << 22;

const OPTIONS: readonly OptionInfo[] = [
  option('p', 'nr_proc', 'processes', 'count', 'processes', 'processes', 1, 1024),
  option('t', 'nr_threads', 'threads', 'count', 'threads of each process', 'threads', 1, 4096),
  option('G', 'mb_global', 'globalMb', 'size', 'memory that all processes share', 'MiB', 0, MOST_MB),
  option('P', 'mb_proc', 'processMb', 'size', 'memory of each process', 'MiB', 0, MOST_MB),
  option(
    'L',
    'mb_proc_locked',
    'processLockedMb',
    'size',
    'part of it gone through under a mutex',
    'MiB',
    0,
    MOST_MB,
  ),
  option('T', 'mb_thread', 'threadMb', 'size', 'memory of each thread', 'MiB', 0, MOST_MB),
  option(
    'l',
    'nr_loops',
    'loops',
    'count',
    'loops of each thread at most; 0 = unlimited',
    'loops',
    0,
    0xffffffff,
  ),
  option('s', 'nr_secs', 'secs', 'count', 'seconds at most; 0 = unlimited', 's', 0, 100_000),
  option('u', 'usleep', 'usleep', 'count', 'sleep in every loop, under the mutex', 'us', 0, 0xffffffff),
  option('R', 'data_reads', 'reads', 'flag', '1 = read the data'),
  option('W', 'data_writes', 'writes', 'flag', '1 = write the data'),
  option(
    'B',
    'data_backwards',
    'backwards',
    'flag',
    '1 = every other loop backwards (the model goes forwards)',
  ),
  option('Z', 'data_zero_memset', 'zeroMemset', 'flag', '1 = bzero only'),
  option(
    'r',
    'data_rand_walk',
    'randWalk',
    'flag',
    '1 = pieces of 8 KiB at random places, 0 = from end to end',
  ),
  option('z', 'init_zero', 'initZero', 'flag', '1 = bzero the memory before the start'),
  option('I', 'init_random', 'initRandom', 'flag', '1 = fill it with numbers, unless it is zeroed'),
  option('0', 'init_cpu0', 'initCpu0', 'flag', '1 = all of that on the node of CPU 0'),
  option(
    'x',
    'perturb_secs',
    'perturbSecs',
    'count',
    'seconds between throws of thread 0/0 to a far CPU; 0 = never',
    's',
    0,
    100_000,
  ),
  option(
    'H',
    'thp',
    'thp',
    'signed',
    'huge pages for private memory: 1 = MADV_HUGEPAGE, -1 = MADV_NOHUGEPAGE, 0 = neither',
    '',
    -1,
    1,
  ),
  option('c', 'show_convergence', 'showConvergence', 'flag', '1 = a line a second on where the threads are'),
  option(
    'm',
    'measure_convergence',
    'measureConvergence',
    'flag',
    '1 = stop when every process is on one node',
  ),
  option('S', 'serialize-startup', 'serializeStartup', 'flag', '1 = all threads start at once'),
  option('q', 'quiet', 'quiet', 'flag', ''),
  option('d', 'show_details', '', 'flag', ''),
  option('C', 'cpus', 'cpus', 'text', ''),
  option('M', 'memnodes', 'memnodes', 'text', ''),
];

const fail = (message: string): never => {
  throw new WorkloadError('workload', `perf-bench: ${message}`);
};

const sameWord = (a: string, b: string): boolean => a.replaceAll('-', '_') === b.replaceAll('-', '_');

/**
 * The options of a command line, on top of perf's defaults; short ones may be run together (-zZ0q), `--no-x` switches off.
 * @throws WorkloadError naming the option
 */
export function parsePerfBench(line: string): PerfBenchOptions {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const options = { ...PERF_DEFAULTS };
  let at = 0;
  const valueOf = (info: OptionInfo, attached: string | undefined): string => {
    const value = attached !== undefined && attached !== '' ? attached : words[at++];
    return value ?? fail(`-${info.short} (--${info.long}) needs a value`);
  };
  while (at < words.length) {
    const word = words[at++];
    if (word.startsWith('--')) {
      const [, no, name, value] = /^--(no-)?([^=]*)(?:=(.*))?$/s.exec(word)!;
      const info = longOption(name);
      if (info.kind === 'flag') {
        if (value !== undefined) fail(`--${name} takes no value`);
        setFlag(options, info, no === undefined);
      } else if (no !== undefined) fail(`--no-${name}: only what is on or off can be switched off`);
      else setValue(options, info, valueOf(info, value));
    } else if (/^-./.test(word)) {
      for (let i = 1; i < word.length; i++) {
        const info = shortOption(word[i]);
        if (info.kind === 'flag') {
          setFlag(options, info, true);
          continue;
        }
        setValue(options, info, valueOf(info, word.slice(i + 1)));
        break;
      }
    } else fail(`unexpected word "${word}"`);
  }
  return options;
}

function shortOption(letter: string): OptionInfo {
  if (letter === 'a') fail('-a runs the whole suite: run its tests one by one, as perf-bench:NAME');
  const info = OPTIONS.find((candidate) => candidate.short === letter);
  return info ?? fail(`there is no option -${letter}`);
}

function longOption(name: string): OptionInfo {
  if (name === 'all') return shortOption('a');
  const info = OPTIONS.find((candidate) => sameWord(candidate.long, name));
  if (info !== undefined) return info;
  return fail(
    `there is no option --${name}${suggestion(
      name,
      OPTIONS.map((candidate) => candidate.long),
    )}`,
  );
}

function setFlag(options: PerfBenchOptions, info: OptionInfo, on: boolean): void {
  if (info.field !== '') Object.assign(options, { [info.field]: on });
}

function setValue(options: PerfBenchOptions, info: OptionInfo, text: string): void {
  let value: number | string = text;
  if (info.kind !== 'text') {
    const number = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
    const whole = info.kind === 'size' || Number.isInteger(number);
    // perf looks at the sign of --thp only.
    const [least, most] = info.kind === 'signed' ? [-MOST_MB, MOST_MB] : [info.minimum, info.maximum];
    if (!(number >= least && number <= most) || !whole) {
      const kind = info.kind === 'size' ? 'number' : 'whole number';
      fail(`-${info.short} (--${info.long}): expected a ${kind} from ${least} to ${most}, got "${text}"`);
    }
    value = number;
    if (info.field === 'loops' && number === 0) value = Infinity;
    if (info.kind === 'signed') value = Math.sign(number);
  }
  Object.assign(options, { [info.field]: value });
}

const PARAMETERS = OPTIONS.filter((info) => info.meaning !== '');

function parameterName(info: OptionInfo): string {
  return info.long.replaceAll('-', '_');
}

/** An option as a parameter's value. */
function numberOf(options: PerfBenchOptions, info: OptionInfo): number {
  const value = options[info.field as keyof PerfBenchOptions];
  return value === Infinity ? 0 : Number(value);
}

/** The main options as parameters; their defaults are those of `base`, or in the words given. */
export function perfBenchParameters(
  base: PerfBenchOptions,
  words: Partial<Record<keyof PerfBenchOptions, string>> = {},
): ParameterInfo[] {
  return PARAMETERS.map((info) => ({
    name: parameterName(info),
    meaning: `-${info.short}: ${info.meaning}`,
    unit: info.unit,
    minimum: info.minimum,
    maximum: info.maximum,
    default: words[info.field as keyof PerfBenchOptions] ?? String(numberOf(base, info)),
  }));
}

/**
 * `base` with the parameters that were given.
 * @throws WorkloadError naming the parameter
 */
export function withParameters(base: PerfBenchOptions, given: Record<string, number>): PerfBenchOptions {
  const infos = perfBenchParameters(base);
  // Sizes of a command line may be broken, parameters are whole: only the given ones are checked.
  const harmless = Object.fromEntries(infos.map((info) => [info.name, Math.max(info.minimum, 0)]));
  const checked = resolveParameters(infos, given, harmless);
  const options = { ...base };
  for (const info of PARAMETERS) {
    const name = parameterName(info);
    if (!Object.hasOwn(given, name)) continue;
    const value = checked[name];
    if (info.kind === 'flag') setFlag(options, info, value !== 0);
    else setValue(options, info, String(value));
  }
  return options;
}
