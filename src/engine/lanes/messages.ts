import type { ErrorPayload } from '../../shared/errors';
import type { OpenDevice } from '../../tensors/device';
import type { ScoringSettings, UnitOrder } from '../scoring/unitRunner';
import type { Update } from '../scoring/work';
import type { LaneOptions } from './lane';

/** Argument by which a bundle of ours is asked to be a lane. */
export const laneArgument = '--score-lane';

export type ToLane =
  | { readonly type: 'open'; readonly options: LaneOptions }
  | { readonly type: 'run'; readonly order: UnitOrder; readonly settings: ScoringSettings };

export type FromLane =
  | { readonly type: 'opened'; readonly device: OpenDevice }
  | { readonly type: 'update'; readonly update: Update }
  | { readonly type: 'done'; readonly peakBytes: number }
  | { readonly type: 'failed'; readonly error: ErrorPayload };
