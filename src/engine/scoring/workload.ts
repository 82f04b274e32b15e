import { sampleGroups } from '../../planning/estimators';
import { LabError } from '../../shared/errors';
import type { Prepared } from '../prepare';
import type { ScoreRequest } from '../request';
import { largestOf } from '../../shared/largestOf';
import {
  chooseMemory,
  processesFor,
  usualTokens,
  requireRoom,
  scoringBytes,
  type MemoryChoice,
} from './memory';
import type { CardLimits } from '../../tensors/cardLimits';
import { itemsOf, roundUnitsOf } from './planWork';
import type { MemoryMode } from '../../shared/words';
import type { Unit, WorkItem } from './work';
import { holderOf } from './holder';

/** How a score is cut into work, and what that takes. */
export interface Workload {
  readonly mode: MemoryMode;
  /** Positions of a batch at most. */
  readonly tokens: number;
  readonly items: readonly WorkItem[];
  readonly units: readonly Unit[];
  /** Numbers of items at the ends of rounds; no unit has items of two rounds. */
  readonly roundEnds: readonly number[];
  /** Processes that share the units; 0 = this one alone. */
  readonly processes: number;
  /** What one of them takes at its peak, by estimate. */
  readonly processBytes: number;
}

/**
 * Chooses how memory is spent and cuts the work.
 * @param before how an interrupted run had cut it, which is kept
 * @param isOpen whether anything of a unit is left to do
 * @param card what computes, where it is a card: one process holds it
 * @param most positions of a batch at most, where more have been too much for the card
 * @throws LabError out-of-memory before anything is allocated
 */
export function workloadOf(
  prepared: Prepared,
  request: ScoreRequest,
  cores: number,
  before: { readonly mode: MemoryMode; readonly tokens: number; readonly units: readonly Unit[] } | undefined,
  isOpen: (unit: Unit) => boolean = () => true,
  card?: CardLimits,
  most?: number,
): Workload {
  const { model, batches } = prepared;
  const { taylor, processes: wanted = 'auto', memory = 'auto' } = request;
  const groups = sampleGroups(request.estimator);
  const holder = holderOf({ device: request.device, card });
  const flat = (tokens: number) => batches(tokens).flat();
  const choice: MemoryChoice =
    before ??
    (memory === 'streaming'
      ? { mode: 'streaming', tokens: Math.min(most ?? usualTokens, usualTokens) }
      : chooseMemory(model, flat, taylor, holder, most, groups));
  const { mode, tokens } = choice;
  const rounds = roundItems(prepared, tokens);
  const items = rounds.flat();
  // A first cut tells what a unit holds; how many processes there are may cut finer.
  const bytesOf = (units: readonly Unit[]): number =>
    largestOf(
      units.map((unit) =>
        scoringBytes(
          model,
          mode,
          unit.items.flatMap((item) => items[item]?.batch ?? []),
          taylor,
          holder,
          groups,
        ),
      ),
    );
  const cutFor = (count: number): readonly Unit[] =>
    before?.units ?? roundUnitsOf(model, rounds, mode, Math.max(1, count), taylor, groups);
  // Sums of whole gradients are not merged between processes.
  const pieces = (units: readonly Unit[]): number => (taylor ? 1 : units.filter(isOpen).length);
  let units = cutFor(cores);
  requireRoom(bytesOf(units), holder);
  let processes = 0;
  // How many processes there are decides how large units are, and that how many fit: fewer, the second time.
  for (let turn = 0; turn < 2; turn++) {
    processes =
      wanted === 'auto'
        ? card === undefined
          ? processesFor(bytesOf(units), pieces(units), cores)
          : 1
        : Math.min(wanted, pieces(units));
    units = cutFor(processes);
  }
  requireSameItems(units, items);
  return { ...choice, items, units, roundEnds: endsOf(rounds), processes, processBytes: bytesOf(units) };
}

/** Items of all tasks in the order in which they are computed, round by round. */
const roundItems = ({ model, rounds }: Prepared, tokens: number): WorkItem[][] =>
  rounds(tokens).map((batches) => itemsOf(model, batches));

/**
 * What an interrupted run had cut, as far as it is needed to know what is left of it.
 * @throws LabError run-not-resumable
 */
export function keptWork(
  prepared: Prepared,
  {
    mode,
    tokens,
    units,
  }: { readonly mode: MemoryMode; readonly tokens: number; readonly units: readonly Unit[] },
): Pick<Workload, 'mode' | 'items' | 'units' | 'roundEnds'> {
  const rounds = roundItems(prepared, tokens);
  const items = rounds.flat();
  requireSameItems(units, items);
  return { mode, items, units, roundEnds: endsOf(rounds) };
}

function endsOf(rounds: readonly (readonly WorkItem[])[]): number[] {
  let end = 0;
  return rounds.map(({ length }) => (end += length));
}

/** @throws LabError run-not-resumable where another version cut the work otherwise */
function requireSameItems(units: readonly Unit[], items: readonly WorkItem[]): void {
  const named = units.flatMap((unit) => unit.items);
  if (named.length === items.length && named.every((item) => item in items)) return;
  throw new LabError(
    'run-not-resumable',
    'The run was cut into other pieces by another version of Adapter Lab.',
    'Start a new run.',
  );
}
