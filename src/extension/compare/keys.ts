import { basename, dirname } from 'node:path';
import { experimentName, runNameOf } from '../../files/runs';
import { jobTitles } from '../../shared/jobTitles';
import { toldByName } from '../views/runFacts';

export const sideKinds = ['run', 'plan', 'experiment', 'adapter'] as const;

/** What one side of a comparison is of. */
export interface SideKey {
  readonly kind: (typeof sideKinds)[number];
  /** Absolute: the folder of a run or an adapter, else the file. */
  readonly path: string;
  /** The uniform control of it, and not the plan itself. */
  readonly isControl: boolean;
}

/** Of the plan itself. */
export const sideKey = (kind: SideKey['kind'], path: string): SideKey => ({ kind, path, isControl: false });

export const controlOf = (key: SideKey): SideKey => ({ ...key, isControl: true });

export const isSameKey = (a: SideKey, b: SideKey): boolean =>
  a.kind === b.kind && a.path === b.path && a.isControl === b.isControl;

/** A key as a page saves it: `control-of run experiments/.adapter-lab/runs/…`. @param named a path as it survives a moved folder */
export const keyText = ({ kind, path, isControl }: SideKey, named: (path: string) => string): string =>
  `${isControl ? 'control-of ' : ''}${kind} ${named(path)}`;

/** A saved key; undefined where it is none. @param placed where a named path lies */
export function readKey(text: unknown, placed: (named: string) => string | undefined): SideKey | undefined {
  const match = typeof text === 'string' ? /^(control-of )?(\w+) (.+)$/s.exec(text) : null;
  const kind = sideKinds.find((known) => known === match?.[2]);
  const path = match?.[3] === undefined ? undefined : placed(match[3]);
  return kind && path !== undefined ? { kind, path, isControl: match?.[1] !== undefined } : undefined;
}

/** What a side is called, also where its files are gone: "quickstart: Score of 3 Nov, 14:02". */
export function titleOf({ kind, path, isControl }: SideKey): string {
  const title = ownTitle(kind, path);
  return isControl ? `Uniform control of ${title}` : title;
}

function ownTitle(kind: SideKey['kind'], path: string): string {
  switch (kind) {
    case 'run':
      return runTitle(basename(path));
    case 'plan':
      return `${basename(path)} of ${basename(dirname(path))}`;
    case 'experiment':
      return `${experimentName(path)}: its own plan`;
    case 'adapter':
      return `Adapter ${basename(path)}`;
  }
}

/** `20261122-012842550-quickstart-run` -> "quickstart: Experiment of 22 Nov, 01:28". */
function runTitle(folder: string): string {
  const { job } = toldByName(folder);
  const [name, time] = [runNameOf(folder), runTime(folder)];
  const isNamed = job !== undefined && name !== undefined && time !== undefined;
  return isNamed ? `${name}: ${jobTitles[job]} of ${time}` : `Run ${folder}`;
}

/** When a run began, as the name of its folder says: "22 Nov, 01:28" by this machine's clock; undefined where it does not. */
export function runTime(folder: string): string | undefined {
  const { began } = toldByName(folder);
  if (began === undefined) return undefined;
  const how = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return new Date(began).toLocaleString('en-GB', how);
}
