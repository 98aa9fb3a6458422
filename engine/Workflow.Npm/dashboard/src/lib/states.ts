import type { BackfillState, ReviewState, RunState, TaskInstance, TaskState, TryState, Verdict } from '../api/types';
import type { IconName } from '../components/Icon';

export type AnyState = RunState | TaskState | TryState | BackfillState;

export interface Look {
  word: string;
  /** The icon, where it is not that of the look. */
  icon?: IconName;
  /** Suffix of the colour variables and name of the icon. */
  look: 'success' | 'running' | 'queued' | 'retry' | 'failed' | 'upstream' | 'skipped' | 'pending' | 'cancelled' | 'deferred' | 'removed';
}

/** The same words, colours and icons in every view. */
export const STATES: Record<AnyState, Look> = {
  success: { word: 'success', look: 'success' },
  running: { word: 'running', look: 'running' },
  queued: { word: 'queued', look: 'queued' },
  up_for_retry: { word: 'up for retry', look: 'retry' },
  failed: { word: 'failed', look: 'failed' },
  upstream_failed: { word: 'upstream failed', look: 'upstream' },
  skipped: { word: 'skipped', look: 'skipped' },
  pending: { word: 'pending', look: 'pending' },
  cancelled: { word: 'cancelled', look: 'cancelled' },
  lost: { word: 'lost', look: 'failed' },
  deferred: { word: 'deferred', look: 'deferred' },
  removed: { word: 'removed', look: 'removed' },
  paused: { word: 'paused', look: 'deferred' },
  completed: { word: 'completed', look: 'success' },
};

/**
 * What a task shows: a mapped one is pending in the engine until its last element has ended, so that until then it shows what they do.
 */
export function shownState({ state, mapped_states: elements }: TaskInstance): TaskState {
  if (state !== 'pending' || !elements) return state;
  return UNDER_WAY.find((name) => elements[name]) ?? state;
}

const UNDER_WAY: TaskState[] = ['running', 'up_for_retry', 'queued', 'deferred'];

export const VERDICTS: Record<Verdict, Look> = {
  pass: { word: 'pass', look: 'success' },
  fail: { word: 'fail', look: 'failed' },
  inconclusive: { word: 'inconclusive', look: 'retry' },
  learning: { word: 'learning', look: 'deferred' },
  waived: { word: 'waived', look: 'skipped' },
};

/** How a version of a dataset is kept; besides it may be held. */
export const VERSION_STATES = {
  newest: { word: 'newest of its slice', look: 'success' },
  replaced: { word: 'replaced', look: 'pending' },
  cold: { word: 'cold', look: 'queued', icon: 'cold' },
  expired: { word: 'expired', look: 'removed' },
  quarantined: { word: 'quarantined', look: 'deferred', icon: 'person' },
  held: { word: 'held', look: 'queued', icon: 'lock' },
} satisfies Record<string, Look>;

export const REVIEW_STATES: Record<ReviewState, Look> = {
  open: { word: 'waits for a person', look: 'deferred', icon: 'person' },
  released: { word: 'released', look: 'success' },
  repaired: { word: 'repaired', look: 'success', icon: 'retry' },
  discarded: { word: 'discarded', look: 'failed' },
};

export const PROPOSAL_STATES: Record<string, Look> = {
  proposed: { word: 'proposed', look: 'deferred', icon: 'person' },
  accepted: { word: 'accepted', look: 'success' },
  rejected: { word: 'rejected', look: 'failed' },
  withdrawn: { word: 'withdrawn', look: 'removed' },
};

/** Order in which counts of states are listed: what needs a person first. */
export const STATE_ORDER: TaskState[] = [
  'failed',
  'upstream_failed',
  'up_for_retry',
  'running',
  'deferred',
  'queued',
  'pending',
  'skipped',
  'removed',
  'cancelled',
  'success',
];
