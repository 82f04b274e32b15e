import { formatBytes, formatSpeed } from '../../shared/format';
import type { DeviceReport } from '../../shared/protocol';
import type { RecentError } from '../recentErrors';
import { deviceScrubber, scrubbedLog, scrubber } from './scrub';

/** How many there are, by kind. */
export type Counts = Readonly<Record<string, number>>;

/** What a report is made of. */
export interface ReportFacts {
  /** Label and value; nothing of the user's. */
  readonly versions: readonly (readonly [string, string])[];
  /** Settings that differ from their defaults: key, value as far as it can be told, and where it is set. */
  readonly settings: readonly (readonly [key: string, value: string, place: string])[];
  /** The engine's answer, or why it was not asked. */
  readonly devices: readonly DeviceReport[] | string;
  readonly engine: string;
  readonly exits: readonly RecentError[];
  readonly errors: readonly RecentError[];
  readonly workspace: {
    readonly folders: number;
    readonly experiments: number;
    readonly configs: Counts;
    readonly runs: Counts;
  };
  /** Lines of the log as they are. */
  readonly log: readonly string[];
  /** What must not be told: `namesIn` of paths and names. */
  readonly names: readonly string[];
}

/** The report as Markdown. Whatever the facts hold, no path or name that was given is in it. */
export function reportText(facts: ReportFacts): string {
  const { versions, settings, devices, engine, exits, errors, workspace, log } = facts;
  const scrub = scrubber(facts.names);
  return [
    '# Adapter Lab: diagnostic report',
    '',
    'Nothing of this was sent anywhere. It was made on this machine and is in this editor alone.',
    'It holds no data, no paths and no names of models, files or people: what could be one is replaced or left out.',
    'Read it before you share it.',
    '',
    ...section('Versions', table([['what', 'version'], ...versions])),
    ...section(
      'Settings that differ from their defaults',
      settings.length === 0
        ? ['None.']
        : table([['setting', 'value', 'set'], ...settings.map((row) => row.map(String))]),
    ),
    ...section('Devices', deviceLines(devices, deviceScrubber(facts.names))),
    ...section('Engine', [`State: ${engine}.`, '', ...recentLines(exits, 'No engine has ended by itself.')]),
    ...section('Workspace', [
      `- folders: ${workspace.folders}`,
      `- experiments: ${workspace.experiments}`,
      `- configs of trainers: ${countsText(workspace.configs)}`,
      `- runs: ${countsText(workspace.runs)}`,
    ]),
    ...section('Last errors', recentLines(errors, 'No error was shown.')),
    ...section('End of the log', ['```', ...scrubbedLog(log, scrub), '```']),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] => [`## ${title}`, '', ...lines, ''];

function deviceLines(devices: ReportFacts['devices'], scrub: (line: string) => string): string[] {
  if (typeof devices === 'string') return [`They were not asked for: ${devices}.`];
  const rows = devices.map(({ device, available, gflops, memoryBytes, description }) => [
    device,
    available ? (gflops > 0 ? formatSpeed(gflops) : 'works') : 'refused',
    memoryBytes > 0 ? formatBytes(memoryBytes) : '',
    scrub(description),
  ]);
  return table([['device', 'speed', 'memory', 'what, or why it is refused'], ...rows]);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...body] = rows.map((row) => row.map((cell) => cell.replace(/[|\r\n]+/g, ' ')));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)];
}

const recentLines = (errors: readonly RecentError[], none: string): string[] =>
  errors.length === 0 ? [none] : errors.map(({ at, code }) => `- ${at} \`${code}\``);

function countsText(counts: Counts): string {
  const entries = Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));
  return entries.length === 0 ? '0' : entries.map(([kind, count]) => `${count} ${kind}`).join(', ');
}
